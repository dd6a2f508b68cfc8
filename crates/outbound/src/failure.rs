//! What went wrong, in a class for machines and a sentence for the endpoint's owner.
//!
//! A sentence names host and port. It never holds path or query, which may be secret, nor an address that the owner did
//! not write himself: what an internal name resolves to is not his business.

use std::io;
use std::time::Duration;

use klingel_engine::deliver::transport::Failure;
use klingel_model::ErrorClass;
use rustls::{CertificateError, Error as TlsError, InvalidMessage};

use crate::answer::{Broken, Progress, Stage};
use crate::connect::NoConnection;
use crate::guard::Refusal;
use crate::target::{BadUrl, Target};

/// Everything that can end an attempt but a complete answer and the total time-out.
#[derive(Debug)]
pub(crate) enum Trouble {
    NoConnection(NoConnection),
    Refused(Refusal),
    Broken(Broken),
}

fn failure(class: ErrorClass, sentence: String, progress: Progress) -> Failure {
    Failure { class, sentence, status: progress.status, body: progress.body.into() }
}

pub(crate) fn bad_url(bad: &BadUrl) -> Failure {
    let (class, sentence) = match bad {
        BadUrl::Address => (
            ErrorClass::RefusedAddress,
            "The URL's host has the form of an IP address but is none that can be called, so the address guard \
             refused it (rule malformed); no setting permits it. Correct the URL."
                .to_owned(),
        ),
        BadUrl::Other(problem) => {
            (ErrorClass::Unsendable, format!("The URL {problem}, so no request can be made. Correct the URL."))
        }
    };
    failure(class, sentence, Progress::default())
}

pub(crate) fn timed_out(target: &Target, timeout: Duration, progress: Progress) -> Failure {
    let place = target.origin.place();
    let sentence = match progress.stage {
        Stage::Connecting => {
            format!("No connection to {place} was made within the total time-out of {timeout:?}.")
        }
        Stage::Waiting => {
            format!(
                "{place} took the connection but did not answer within the total time-out of {timeout:?}."
            )
        }
        Stage::Body => format!(
            "{place} began to answer with status {} but did not end within the total time-out of {timeout:?}.",
            progress.status
        ),
    };
    failure(ErrorClass::Timeout, sentence, progress)
}

pub(crate) fn of(trouble: &Trouble, target: &Target, progress: Progress) -> Failure {
    let place = target.origin.place();
    let (class, sentence) = match trouble {
        Trouble::Refused(refusal) | Trouble::NoConnection(NoConnection::Refused(refusal)) => {
            (ErrorClass::RefusedAddress, format!("{place} was not called: {refusal}."))
        }
        Trouble::NoConnection(NoConnection::Dns(error)) => {
            (ErrorClass::Dns, format!("The host {} {error}.", target.origin.host))
        }
        Trouble::NoConnection(NoConnection::Connect(error)) => {
            (ErrorClass::Connect, format!("No connection to {place}: {}.", connect_problem(error)))
        }
        Trouble::NoConnection(NoConnection::ConnectTimeout(timeout)) => (
            ErrorClass::Connect,
            format!(
                "No connection to {place}: nobody accepted it within the connect time-out of {timeout:?}. A firewall \
                 may drop it, or the receiver is down."
            ),
        ),
        Trouble::NoConnection(NoConnection::Tls(error)) => {
            (ErrorClass::Tls, format!("No TLS with {place}: {}.", tls_problem(error)))
        }
        Trouble::NoConnection(NoConnection::TlsTimeout(timeout)) => (
            ErrorClass::Tls,
            format!(
                "No TLS with {place}: the handshake was not over within the connect time-out of {timeout:?}."
            ),
        ),
        Trouble::Broken(broken) => broken_sentence(*broken, &place, progress.status),
    };
    failure(class, sentence, progress)
}

fn broken_sentence(broken: Broken, place: &str, status: u16) -> (ErrorClass, String) {
    match broken {
        Broken::Unanswered => (ErrorClass::Http, format!("{place} closed the connection without an answer.")),
        Broken::HeadCut => (
            ErrorClass::Http,
            format!("{place} closed the connection in the middle of the answer's headers."),
        ),
        Broken::NotHttp => {
            (ErrorClass::Http, format!("{place} answered with something that is not HTTP/1.1."))
        }
        Broken::HeadTooLarge => (
            ErrorClass::Http,
            format!(
                "{place} answered with more headers than are read (answer_head_bytes_max, answer_headers_max)."
            ),
        ),
        Broken::Body => (
            ErrorClass::Body,
            format!("{place} answered with status {status}, but the answer's body broke off."),
        ),
    }
}

fn connect_problem(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens on that port".to_owned(),
        io::ErrorKind::ConnectionReset => "the receiver cut it at once".to_owned(),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "there is no route to that host".to_owned()
        }
        io::ErrorKind::PermissionDenied => "a firewall of this machine forbids it".to_owned(),
        // No address of the receiver's is in it: the operating system's words only.
        _ => error.to_string(),
    }
}

fn tls_problem(error: &io::Error) -> String {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                "the receiver closed the connection during the handshake".to_owned()
            }
            _ => error.to_string(),
        };
    };
    match tls {
        TlsError::InvalidCertificate(problem) => certificate_problem(problem),
        TlsError::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "that port does not speak TLS; is the URL meant to begin with http://?".to_owned()
        }
        TlsError::PeerIncompatible(_) => {
            "the receiver supports neither TLS 1.2 nor TLS 1.3 as needed".to_owned()
        }
        TlsError::AlertReceived(alert) => {
            format!("the receiver ended the handshake with the alert {alert:?}")
        }
        other => other.to_string(),
    }
}

fn certificate_problem(problem: &CertificateError) -> String {
    match problem {
        CertificateError::UnknownIssuer => {
            "its certificate is not from an authority that is trusted here; the operator can add one with extra_ca_file"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host name"
        }
        CertificateError::Revoked => "its certificate has been revoked",
        _ => return format!("its certificate cannot be verified ({problem})"),
    }
    .to_owned()
}
