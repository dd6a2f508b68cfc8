//! The dialect as a whole: the published vectors, requests as receivers see them, answers as senders read them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use klingel_engine::deliver::{
    Dialect, Headers, OutboundRequest, Received, Response, Sending, Unsendable, Verdict, Verification,
};
use klingel_model::endpoint::MAX_IN_FLIGHT_DEFAULT;
use klingel_model::{
    AppId, AttemptId, Endpoint, EndpointHealth, EndpointId, EnvironmentId, EventTypeName, Message, MessageId,
    Micros, RetrySchedule, SecretKey, SigningSecret, Trigger,
};

use super::verify::{ReceiverKey, Signed, Untrusted, verify, verify_signature};
use super::{Standard, sign};

/// 2022-04-07, the time of the first vector.
const NOW: Micros = Micros::from_unix_us(1_649_367_553_000_000);
const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PAIR: &str =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
/// Not how any serialiser would write it: a single changed byte breaks the signature.
const BODY: &[u8] = b"{ \"b\":1.0 ,\"a\":\"\\u00e4\", \"a\":2 }\n";

fn secret(text: &str) -> SigningSecret {
    SigningSecret { key: SecretKey::parse(text).unwrap(), expires_at: None }
}

fn until(text: &str, expires_at: Micros) -> SigningSecret {
    SigningSecret { key: SecretKey::parse(text).unwrap(), expires_at: Some(expires_at) }
}

fn endpoint(secrets: Vec<SigningSecret>) -> Endpoint {
    Endpoint {
        id: EndpointId::from_u128(1),
        app_id: AppId::from_u128(2),
        uid: None,
        url: "https://example.com/hook?x=1".into(),
        description: String::new(),
        disabled: false,
        event_types: None,
        channels: None,
        rate_limit_per_s: None,
        max_in_flight: MAX_IN_FLIGHT_DEFAULT,
        retry_schedule: None,
        headers: BTreeMap::new(),
        secrets,
        dialect_settings_json: None,
        filter_json: None,
        metadata: BTreeMap::new(),
        health: EndpointHealth::default(),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn message(payload: Option<Bytes>) -> Message {
    Message {
        id: MessageId::from_u128(3),
        environment_id: EnvironmentId::from_u128(4),
        app_id: AppId::from_u128(2),
        event_id: None,
        event_type: EventTypeName::new("visitor.signin").unwrap(),
        channels: Arc::from([]),
        payload,
        created_at: NOW,
        payload_until: None,
    }
}

fn write_at(endpoint: &Endpoint, now: Micros) -> Result<OutboundRequest, Unsendable> {
    Standard.write(&Sending {
        message: &message(Some(Bytes::from_static(BODY))),
        endpoint,
        now,
        attempt_id: AttemptId::from_u128(5),
        attempt_number: 1,
        trigger: Trigger::Schedule,
    })
}

fn written(secrets: Vec<SigningSecret>) -> OutboundRequest {
    write_at(&endpoint(secrets), NOW).unwrap()
}

fn text<'a>(request: &'a OutboundRequest, header: &str) -> &'a str {
    request.headers.text(header).unwrap()
}

fn signed(request: &OutboundRequest) -> Signed<'_> {
    Signed {
        id: text(request, "webhook-id"),
        timestamp_s: text(request, "webhook-timestamp"),
        signature: text(request, "webhook-signature"),
        body: &request.body,
    }
}

#[test]
fn the_published_vectors_are_signed_and_verified() {
    for vector in [
        include_str!("golden/1-symmetric.txt"),
        include_str!("golden/2-symmetric-body-with-space.txt"),
        include_str!("golden/3-key-pair.txt"),
    ] {
        let field = |name: &str| {
            vector
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                .expect("a vector is complete")
        };
        let (id, timestamp_s, body) = (field("id"), field("timestamp"), field("body").as_bytes());
        let made = sign::header_value(&[&secret(field("secret"))], id, timestamp_s, body).unwrap();
        assert_eq!(made, field("signature"));
        let key = ReceiverKey::parse(field("secret")).unwrap();
        let seconds: i64 = timestamp_s.parse().unwrap();
        let request = Signed { id, timestamp_s, signature: &made, body };
        assert!(verify(&[key], &request, Micros::from_unix_us(seconds * 1_000_000)).is_ok());
    }
}

#[test]
fn the_request_is_complete() {
    let request = written(vec![secret(NEW)]);
    assert_eq!(&*request.url, "https://example.com/hook?x=1");
    assert_eq!(&*request.body, BODY);
    assert_eq!(request.timeout, Duration::from_secs(15));
    assert_eq!(text(&request, "webhook-id"), MessageId::from_u128(3).to_string());
    assert!(!text(&request, "webhook-id").contains('.'));
    assert_eq!(text(&request, "webhook-timestamp"), "1649367553");
    assert_eq!(text(&request, "content-type"), "application/json");
    assert!(text(&request, "user-agent").starts_with("Klingel/"));
    assert_eq!(request.headers.len(), 5);
}

#[test]
fn a_retry_has_the_same_id_and_a_new_timestamp_and_signature() {
    let endpoint = endpoint(vec![secret(NEW)]);
    let first = write_at(&endpoint, NOW).unwrap();
    let second = write_at(&endpoint, NOW.plus(Duration::from_secs(5))).unwrap();
    assert_eq!(text(&first, "webhook-id"), text(&second, "webhook-id"));
    assert_eq!(text(&second, "webhook-timestamp"), "1649367558");
    assert_ne!(text(&first, "webhook-signature"), text(&second, "webhook-signature"));
}

#[test]
fn during_a_rotation_new_and_old_both_sign_until_the_old_one_ends() {
    let end = NOW.plus(Duration::from_hours(24));
    let endpoint = endpoint(vec![secret(NEW), until(OLD, end)]);
    let request = write_at(&endpoint, NOW).unwrap();
    let value = text(&request, "webhook-signature");
    assert_eq!(value.split(' ').count(), 2);
    assert!(value.split(' ').all(|item| item.starts_with("v1,")), "no empty item: {value:?}");
    for (place, text) in [NEW, OLD].into_iter().enumerate() {
        let matched = verify(&[ReceiverKey::parse(text).unwrap()], &signed(&request), NOW).unwrap();
        assert_eq!((matched.item, matched.items), (place + 1, 2));
    }

    let after = write_at(&endpoint, end).unwrap();
    assert_eq!(text(&after, "webhook-signature").split(' ').count(), 1);
    let old = [ReceiverKey::parse(OLD).unwrap()];
    assert_eq!(verify(&old, &signed(&after), end), Err(Untrusted::Mismatch));
}

#[test]
fn a_key_pair_beside_a_secret_gives_an_item_each() {
    let request = written(vec![secret(PAIR), secret(NEW)]);
    let versions: Vec<_> =
        text(&request, "webhook-signature").split(' ').map(|i| i.split_once(',').unwrap().0).collect();
    assert_eq!(versions, ["v1a", "v1"]);
    let public = secret(PAIR).key.for_receiver();
    assert!(public.starts_with("whpk_"));
    for key in [public.as_str(), NEW] {
        assert!(verify(&[ReceiverKey::parse(key).unwrap()], &signed(&request), NOW).is_ok(), "{key}");
    }
}

/// The library verifies against the machine's clock, so here it signs; it verifies in the server's own tests.
#[test]
fn the_reference_library_makes_the_same_signatures() {
    let request = written(vec![secret(NEW), secret(PAIR), secret(OLD)]);
    let items: Vec<_> = text(&request, "webhook-signature").split(' ').collect();
    for (place, key) in [(0, NEW), (2, OLD)] {
        let library = standardwebhooks::Webhook::new(key).unwrap();
        let made = library.sign(text(&request, "webhook-id"), NOW.as_unix_s(), BODY).unwrap();
        assert_eq!(items[place], made);
    }
}

#[test]
fn own_headers_are_sent_but_never_in_place_of_ours() {
    let mut endpoint = endpoint(vec![secret(NEW)]);
    for (name, value) in [
        ("x-tenant", "17"),
        ("content-type", "application/vnd.example+json"),
        ("webhook-id", "msg_forged"),
        ("webhook-signature", "v1,AAAA"),
        ("webhook-extra", "x"),
        ("host", "elsewhere.example"),
        ("content-length", "1"),
        ("transfer-encoding", "chunked"),
        ("bad name", "x"),
        ("x-split", "a\r\nb: c"),
    ] {
        endpoint.headers.insert(name.to_owned(), value.to_owned());
    }
    let request = write_at(&endpoint, NOW).unwrap();
    assert_eq!(text(&request, "x-tenant"), "17");
    assert_eq!(text(&request, "content-type"), "application/vnd.example+json");
    assert_eq!(text(&request, "webhook-id"), MessageId::from_u128(3).to_string());
    assert_eq!(request.headers.len(), 6, "{:?}", request.headers);
}

#[test]
fn what_cannot_be_sent_says_why() {
    let sentence = |secrets: Vec<SigningSecret>| write_at(&endpoint(secrets), NOW).unwrap_err().0;
    assert!(sentence(vec![]).contains("no signing secret"));
    assert!(sentence(vec![until(NEW, NOW)]).contains("no signing secret"));
    let foreign = SigningSecret { key: SecretKey::Opaque("open sesame".to_owned()), expires_at: None };
    assert!(!sentence(vec![foreign]).contains("sesame"));

    let deleted = Standard.write(&Sending {
        message: &message(None),
        endpoint: &endpoint(vec![secret(NEW)]),
        now: NOW,
        attempt_id: AttemptId::from_u128(5),
        attempt_number: 2,
        trigger: Trigger::Schedule,
    });
    assert!(deleted.unwrap_err().0.contains("deleted"));
}

#[test]
fn a_secret_is_taken_only_if_it_can_sign() {
    assert!(Standard.parse_secret(NEW).is_ok());
    assert!(Standard.parse_secret(PAIR).is_ok());
    assert!(Standard.parse_secret("whsec_AAAA").is_err());
    let SecretKey::Ed25519(mut halves) = secret(PAIR).key else { panic!("the vector is a key pair") };
    halves[63] ^= 1;
    let broken = SecretKey::Ed25519(halves);
    assert!(Standard.parse_secret(&broken.reveal()).unwrap_err().0.contains("public key"));
    assert!(write_at(&endpoint(vec![SigningSecret { key: broken, expires_at: None }]), NOW).is_err());
}

#[test]
fn a_receiver_refuses_what_was_changed() {
    let request = written(vec![secret(NEW)]);
    let key = [ReceiverKey::parse(NEW).unwrap()];
    let right = signed(&request);
    assert!(verify_signature(&key, &right).is_ok());
    let wrong: [(&str, Signed<'_>); 5] = [
        ("body", Signed { body: b"{}", ..right }),
        ("id", Signed { id: "msg_0", ..right }),
        ("timestamp", Signed { timestamp_s: "1649367554", ..right }),
        ("signature", Signed { signature: "v1,AAAA", ..right }),
        ("base64", Signed { signature: "v1,%%%", ..right }),
    ];
    for (what, request) in wrong {
        assert_eq!(verify(&key, &request, NOW), Err(Untrusted::Mismatch), "{what}");
    }
    let unknown = Signed { signature: "v9,AAAA junk v1a,AAAA", ..right };
    assert_eq!(verify(&key, &unknown, NOW), Err(Untrusted::NoItemForKey("v1")));
    let padded = format!("junk v9,AAAA  {} ", right.signature);
    assert!(verify(&key, &Signed { signature: &padded, ..right }, NOW).is_ok());
}

#[test]
fn a_receiver_tolerates_five_minutes_both_ways() {
    let request = written(vec![secret(NEW)]);
    let key = [ReceiverKey::parse(NEW).unwrap()];
    let limit = Duration::from_mins(5);
    let beyond = Duration::from_secs(301);
    assert!(verify(&key, &signed(&request), NOW.plus(limit)).is_ok());
    assert!(verify(&key, &signed(&request), NOW.minus(limit)).is_ok());
    assert_eq!(verify(&key, &signed(&request), NOW.plus(beyond)), Err(Untrusted::TooOld(beyond)));
    assert_eq!(verify(&key, &signed(&request), NOW.minus(beyond)), Err(Untrusted::TooNew(beyond)));
    let garbled = Signed { timestamp_s: "now", ..signed(&request) };
    assert_eq!(verify(&key, &garbled, NOW), Err(Untrusted::Timestamp));
}

#[test]
fn a_request_is_judged_as_it_came() {
    let request = written(vec![secret(NEW)]);
    let judge = |headers: &HeaderMap, body: &[u8], at| {
        Standard.verify(&Received { headers, body }, &secret(NEW).key, at)
    };
    let arrived = HeaderMap::from(&request.headers);
    assert_eq!(judge(&arrived, &request.body, NOW), Verification::Genuine);
    assert_eq!(judge(&arrived, b"{}", NOW), Verification::Wrong);
    let beyond = Duration::from_secs(301);
    let late = judge(&arrived, &request.body, NOW.plus(beyond));
    assert_eq!(late, Verification::Stale(beyond));
    assert_eq!(judge(&HeaderMap::new(), &request.body, NOW), Verification::Missing);
}

#[test]
fn reading_schedule_and_secret_are_the_specification_s() {
    #[derive(Debug)]
    struct Sevens;
    impl klingel_model::Dice for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }
    let gone = Response { status: 410, headers: Headers::new(), body: Bytes::new() };
    assert!(matches!(Standard.read(&Ok(gone), NOW), Verdict::Disable(_)));
    assert_eq!(Standard.retry_schedule(), RetrySchedule::standard());
    assert_eq!(Standard.new_secret(&Sevens), Some(SecretKey::Symmetric(vec![7; 32])));
}
