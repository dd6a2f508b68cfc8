//! What a dialect says of itself as data: the portal draws it, the API lists it.

/// A text in both languages. German addresses people formally.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Words {
    /// German.
    pub de: &'static str,
    /// English.
    pub en: &'static str,
}

/// A dialect for people.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// Its name.
    pub title: Words,
    /// Where its endpoints are found in the vendor's own product, outermost first.
    pub place: &'static [Words],
    /// What an endpoint is called there.
    pub endpoint: Words,
    /// What an endpoint's owner fills in, in this order. Names are those of the endpoint's `settings`, or of the
    /// endpoint itself where they begin with a dot (`.url`).
    pub endpoint_form: &'static [Field],
    /// What an application's owner fills in.
    pub application_form: &'static [Field],
}

/// A field of a form.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the JSON document.
    pub name: &'static str,
    /// What stands beside it.
    pub label: Words,
    /// A sentence of help.
    pub hint: Option<Words>,
    /// What can be filled in.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
}

/// What can be filled into a field.
#[derive(Debug, Clone, Copy)]
pub enum FieldKind {
    /// A line of text of at most so many characters.
    Text(usize),
    /// An `http` or `https` URL.
    Url,
    /// Yes or no.
    Switch,
    /// A whole number in these bounds.
    Number(i64, i64),
    /// One of these.
    One(&'static [Choice]),
    /// Any of these.
    Some(&'static [Choice]),
    /// One of the application's records of this kind, by key.
    OneRecord(&'static str),
    /// Any of the application's records of this kind, by key.
    SomeRecords(&'static str),
    /// A secret, shown only on request.
    Secret,
    /// A filter.
    Filter,
}

/// A value to choose, with its words.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// In the JSON document.
    pub value: &'static str,
    /// For people.
    pub label: Words,
}
