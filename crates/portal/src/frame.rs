//! The frame around every page: navigation, language, theme, who is logged in.

use klingel_engine::deliver::description::{Collection, Description};

use crate::Portal;
use crate::door::{Operator, Subject, Tenant, Theme, Visit, base_of};
use crate::words::{Language, Words};

/// A way to another page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// Where.
    pub(crate) href: String,
    /// What stands there.
    pub(crate) label: String,
    /// Whether the page belongs to it.
    pub(crate) current: bool,
}

/// The pages of operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Applications,
    Endpoints,
    Messages,
    Attempts,
    EventTypes,
    Keys,
    Audit,
    Sessions,
}

impl Section {
    const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::Overview, "/portal/overview", "nav-overview"),
        (Self::Applications, "/portal/apps", "nav-applications"),
        (Self::Endpoints, "/portal/endpoints", "nav-endpoints"),
        (Self::Messages, "/portal/messages", "nav-messages"),
        (Self::Attempts, "/portal/attempts", "nav-attempts"),
        (Self::EventTypes, "/portal/event-types", "nav-event-types"),
        (Self::Keys, "/portal/keys", "nav-keys"),
        (Self::Audit, "/portal/audit", "nav-audit"),
        (Self::Sessions, "/portal/sessions", "nav-sessions"),
    ];
}

/// The pages of one application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tab {
    Home,
    Endpoints,
    Messages,
    Attempts,
    Inspector,
    Settings,
    /// One of the dialect's own lists, by its path.
    Collection(String),
}

/// What the template of the frame needs.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The reader's language.
    pub(crate) words: Words,
    /// The reader's theme.
    pub(crate) theme: Theme,
    /// The page's heading.
    pub(crate) title: String,
    /// What forms bring along.
    pub(crate) csrf: String,
    /// Who is logged in; empty: nobody.
    pub(crate) holder: String,
    /// Whether forms are shown.
    pub(crate) may_write: bool,
    /// The page itself, to come back to.
    pub(crate) path: String,
    /// The operator's navigation.
    pub(crate) sections: Vec<Link>,
    /// The application's navigation.
    pub(crate) tabs: Vec<Link>,
    /// The way to this page, outermost first.
    pub(crate) crumbs: Vec<Link>,
}

impl Frame {
    /// A page without navigation. `title` is a key.
    pub(crate) fn plain(visit: &Visit, title: &str) -> Self {
        Self {
            words: visit.words,
            theme: visit.theme,
            title: visit.words.t(title),
            csrf: visit.csrf.clone(),
            holder: visit.holder().to_owned(),
            may_write: visit.may_write(),
            path: visit.path.clone(),
            sections: Vec::new(),
            tabs: Vec::new(),
            crumbs: Vec::new(),
        }
    }

    /// A page of operators. `title` is a key.
    pub(crate) fn operator(operator: &Operator, section: Section, title: &str) -> Self {
        let mut frame = Self::plain(&operator.visit, title);
        frame.sections = sections(frame.words, Some(section));
        frame
    }

    /// A page of an application. `title` is a text.
    pub(crate) fn tenant(portal: &Portal, tenant: &Tenant, tab: &Tab, title: String) -> Self {
        let mut frame = Self { title, ..Self::plain(&tenant.visit, "product") };
        let (words, base) = (frame.words, tenant.base());
        let description = portal.description(&tenant.application.dialect);
        if tenant.operates {
            frame.sections = sections(words, Some(Section::Applications));
            frame.crumbs.push(Link::to("/portal/apps".to_owned(), words.t("nav-applications")));
        }
        frame.crumbs.push(Link::to(base.clone(), tenant.application.name.clone()));
        frame.tabs = tabs(words, &base, &description, tab);
        frame
    }

    /// The page of the person whose data it is. `title` is a key.
    pub(crate) fn subject(subject: &Subject, title: &str) -> Self {
        let mut frame = Self::plain(&subject.visit, title);
        frame.holder.clone_from(&subject.application.name);
        frame
    }

    /// Goes on from the last crumb.
    pub(crate) fn below(mut self, href: String, label: String) -> Self {
        self.crumbs.push(Link::to(href, label));
        self
    }

    /// Languages to change to.
    pub(crate) fn languages(&self) -> Vec<(Language, bool)> {
        Language::ALL.into_iter().map(|language| (language, language == self.words.language())).collect()
    }

    /// Themes to change to, with the keys of their names.
    pub(crate) fn themes(&self) -> Vec<(Theme, String, bool)> {
        let name = |theme| match theme {
            Theme::Auto => self.words.t("theme-auto"),
            Theme::Light => self.words.t("theme-light"),
            Theme::Dark => self.words.t("theme-dark"),
        };
        Theme::ALL.into_iter().map(|theme| (theme, name(theme), theme == self.theme)).collect()
    }
}

impl Link {
    /// A link to another page.
    pub(crate) fn to(href: String, label: String) -> Self {
        Self { href, label, current: false }
    }
}

fn sections(words: Words, current: Option<Section>) -> Vec<Link> {
    let link = |(section, href, key): (Section, &str, &str)| Link {
        href: href.to_owned(),
        label: words.t(key),
        current: Some(section) == current,
    };
    Section::ALL.into_iter().map(link).collect()
}

fn tabs(words: Words, base: &str, description: &Description, current: &Tab) -> Vec<Link> {
    let endpoints = endpoints_word(words, description);
    let mut all = vec![
        (Tab::Home, String::new(), words.t("tab-home")),
        (Tab::Endpoints, "/endpoints".to_owned(), endpoints),
        (Tab::Messages, "/messages".to_owned(), words.t("tab-messages")),
        (Tab::Attempts, "/attempts".to_owned(), words.t("tab-attempts")),
        (Tab::Inspector, "/inspector".to_owned(), words.t("tab-inspector")),
        (Tab::Settings, "/settings".to_owned(), words.t("tab-settings")),
    ];
    let lists = description.collections.iter().filter(|list| list.parent.is_none()).map(|list| {
        let label = words.of(list.title).to_owned();
        (Tab::Collection(list.path.to_owned()), format!("/lists/{}", list_name(list)), label)
    });
    // Behind what they are for, before what is of every application.
    all.splice(2..2, lists);
    let link = |(tab, path, label): (Tab, String, String)| Link {
        href: format!("{base}{path}"),
        label,
        current: tab == *current,
    };
    all.into_iter().map(link).collect()
}

/// A list's name in our addresses: its path without the places of other keys.
pub(crate) fn list_name(list: &Collection) -> String {
    list.path.split('/').filter(|part| !part.starts_with('{')).collect::<Vec<_>>().join("-")
}

/// What the list of endpoints is called: the vendor's own place for it, or our word.
pub(crate) fn endpoints_word(words: Words, description: &Description) -> String {
    description.place.last().map_or_else(|| words.t("tab-endpoints"), |place| words.of(*place).to_owned())
}

impl Portal {
    /// The dialect for people; an empty description for a dialect that is not in this server any more.
    pub(crate) fn description(&self, dialect: &str) -> Description {
        self.engine().world().dialect(dialect).map(|dialect| dialect.description()).unwrap_or_default()
    }
}

/// Where an application is found, for lists across applications.
pub(crate) fn application_href(app_id: klingel_model::AppId) -> String {
    base_of(app_id)
}
