use std::io::Write as _;

use super::*;

fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn problems(text: &str, variables: &[(&str, &str)]) -> String {
    let file = file(text);
    let problems = load(Some(file.path()), &environment(variables), &Vec::new()).unwrap_err();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_setting_s_default_can_be_written_and_read_again() {
    let mut defaults = Config::default();
    for setting in settings() {
        let shown = setting.show(&mut defaults);
        let mut other = Config::default();
        setting
            .set(&mut other, &Written::Text(shown.clone()))
            .unwrap_or_else(|why| panic!("{setting:?}: {why}"));
        assert_eq!(setting.show(&mut other), shown, "{setting:?}");
        assert!(setting.doc.ends_with('.'), "{setting:?}: its text is a sentence");
    }
}

#[test]
fn names_are_words_in_snake_case_and_stand_once() {
    let mut names: Vec<_> = settings().map(|setting| setting.name).collect();
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn everything_that_engine_and_client_let_one_set_is_a_setting() {
    let config = Config::default();
    let shown = format!("{:#?}\n{:#?}", config.engine, config.outbound);
    let fields: Vec<_> = shown.lines().filter_map(|line| Some(line.trim().split_once(": ")?.0)).collect();
    assert!(fields.contains(&"in_flight_max") && fields.contains(&"allow_cidrs"), "{shown}");
    // Groups, and two that go by another name.
    let others = ["limits", "guard", "retry_jitter", "percent", "extra_ca_pem"];
    for field in fields {
        let known = settings().any(|setting| setting.name == field);
        assert!(known || others.contains(&field), "{field} cannot be set");
    }
}

#[test]
fn later_sources_win_and_are_named() {
    let file = file("retention = \"30d\"\nmetrics = false\nin_flight_max = 7\nallow_ports = [443, 8443]\n");
    let variables = environment(&[("KLINGEL_IN_FLIGHT_MAX", "8"), ("KLINGEL_LOG_FORMAT", "json")]);
    let flags = vec![("log_format", "--log-format", "human".to_owned())];
    let loaded = load(Some(file.path()), &variables, &flags).unwrap();
    assert_eq!(loaded.config.engine.retention.as_secs(), 30 * 86_400);
    assert!(!loaded.config.metrics);
    assert_eq!(loaded.config.engine.in_flight_max, 8);
    assert_eq!(loaded.config.log_format, "human");
    assert_eq!(loaded.config.outbound.guard.allow_ports, [443, 8443]);
    assert_eq!(*loaded.source("retention"), Source::File(file.path().to_owned(), 1));
    assert_eq!(loaded.source("in_flight_max").to_string(), "KLINGEL_IN_FLIGHT_MAX");
    assert_eq!(loaded.source("log_format").to_string(), "--log-format");
    assert_eq!(*loaded.source("listen"), Source::Default);
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    let found = problems("\nretenton = \"5d\"\nzzz = 1\n", &[("KLINGEL_LISTN", "x")]);
    assert!(found.contains(":2: there is no setting retenton; did you mean retention?"), "{found}");
    assert!(found.contains(":3: there is no setting zzz; `klingel config check` lists all"), "{found}");
    assert!(
        found.contains("there is no environment variable KLINGEL_LISTN; did you mean KLINGEL_LISTEN?"),
        "{found}"
    );
}

#[test]
fn wrong_values_are_refused_without_repeating_them() {
    let found = problems(
        "retention = 5\nlisten = \"whsec_oops\"\nmetrics = 1979-05-27\n[outbound]\nx = 1\n",
        &[("KLINGEL_BODY_BYTES_MAX", "lots")],
    );
    assert!(found.contains(":1: retention must be a duration with a unit"), "{found}");
    assert!(found.contains(":2: listen must be an address and a port"), "{found}");
    assert!(found.contains(":3: metrics must be: true or false"), "{found}");
    assert!(found.contains(":4: there is no setting outbound"), "{found}");
    assert!(found.contains("KLINGEL_BODY_BYTES_MAX: body_bytes_max must be a size"), "{found}");
    assert!(!found.contains("whsec_oops") && !found.contains("lots"), "{found}");
}

#[test]
fn a_broken_or_missing_file_is_named_with_its_line() {
    assert!(problems("a = 1\nb = = 2\n", &[]).contains(":2: not TOML"));
    let missing =
        load(Some(Path::new("/nonexistent/klingel.toml")), &BTreeMap::new(), &Vec::new()).unwrap_err();
    assert!(missing[0].to_string().contains("/nonexistent/klingel.toml cannot be read"));
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let found = problems("breaker_wait_min = \"5m\"\n", &[]);
    assert!(found.contains("breaker_wait_min"), "{found}");
}

#[test]
fn a_secret_is_not_shown() {
    let variables = environment(&[("KLINGEL_MASTER_KEY", "c2VjcmV0")]);
    let mut loaded = load(None, &variables, &Vec::new()).unwrap();
    assert!(!format!("{loaded:?}").contains("c2VjcmV0"));
    let row = settings().find(|setting| setting.name == "master_key").unwrap();
    assert_eq!(row.show(&mut loaded.config), "<hidden>");
}
