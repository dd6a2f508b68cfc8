//! Receivers with certificates good and bad.

use std::sync::Arc;

use klingel_model::ErrorClass;
use klingel_outbound::ClientConfig;
use klingel_testkit::hostile::{Hostile, HostileReceiver};
use klingel_testkit::receiver::Receiver;
use klingel_testkit::tls::TlsReceiver;

use crate::setup::{Names, client, fail, open, send};

const NAME: &str = "secure.test";

fn url(receiver: &TlsReceiver) -> String {
    format!("https://{NAME}:{}/", receiver.address().port())
}

fn trusting(ca_pem: &str) -> ClientConfig {
    ClientConfig { extra_ca_pem: Some(ca_pem.as_bytes().to_vec()), ..open() }
}

fn names() -> Arc<Names> {
    Names::of(NAME, &["127.0.0.1"])
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    let receiver = TlsReceiver::start(NAME).await;
    let failure = fail(&client(&open(), &names()), &url(&receiver)).await;
    assert_eq!(failure.class, ErrorClass::Tls);
    assert!(failure.sentence.contains("extra_ca_file"), "{}", failure.sentence);
}

#[tokio::test]
async fn an_authority_of_the_operators_is_trusted() {
    let receiver = TlsReceiver::start(NAME).await;
    let names = names();
    let client = client(&trusting(receiver.ca_pem()), &names);
    for _ in 0..3 {
        assert_eq!(send(&client, &url(&receiver)).await.unwrap().status, 204);
    }
    assert_eq!(names.asked().len(), 1, "TLS connections are used again");
}

#[tokio::test]
async fn a_certificate_for_an_address_is_trusted_for_that_address() {
    let receiver = TlsReceiver::start("127.0.0.1").await;
    let client = client(&trusting(receiver.ca_pem()), &Names::none());
    assert_eq!(send(&client, &format!("https://{}/", receiver.address())).await.unwrap().status, 204);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    let receiver = TlsReceiver::start("other.test").await;
    let failure = fail(&client(&trusting(receiver.ca_pem()), &names()), &url(&receiver)).await;
    assert_eq!(failure.class, ErrorClass::Tls);
    assert!(failure.sentence.contains("another host name"), "{}", failure.sentence);
}

#[tokio::test]
async fn a_port_without_tls_is_told_as_such() {
    let plain = Receiver::start().await;
    let failure = fail(&client(&open(), &Names::none()), &format!("https://{}/", plain.address())).await;
    assert_eq!(failure.class, ErrorClass::Tls, "{}", failure.sentence);
    assert!(failure.sentence.contains("does not speak TLS"), "{}", failure.sentence);
    assert_eq!(plain.count(), 0);
    let silent = HostileReceiver::start(Hostile::AnswerEarly).await;
    let failure = fail(&client(&open(), &Names::none()), &format!("https://{}/", silent.address())).await;
    assert_eq!(failure.class, ErrorClass::Tls, "{}", failure.sentence);
}

#[tokio::test]
async fn plain_http_to_a_tls_port_is_no_http_answer() {
    let receiver = TlsReceiver::start(NAME).await;
    let failure = fail(&client(&open(), &names()), &format!("http://{}/", receiver.address())).await;
    assert_eq!(failure.class, ErrorClass::Http, "{}", failure.sentence);
}
