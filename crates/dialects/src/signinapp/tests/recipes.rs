//! The receivers' recipes of the source document, each in its own language, on requests that went out.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::world::{Desk, example_time};

const SECRET: &str = "MySharedSecret";
const PYTHON: &str = r#"
import hashlib, hmac, sys
secret, header = sys.argv[1], sys.argv[2]
parts = dict(part.split("=", 1) for part in header.split(","))
signed = parts["t"].encode() + b"." + sys.stdin.buffer.read()
sys.exit(0 if hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() == parts["s1"] else 1)
"#;
const NODE: &str = r"
const crypto = require('crypto');
const [secret, header] = process.argv.slice(-2);
const parts = Object.fromEntries(header.split(',').map(part => part.split('=')));
const payload = require('fs').readFileSync(0, 'utf8');
const s1 = crypto.createHmac('sha256', secret).update(parts.t + '.' + payload, 'utf8').digest('hex');
process.exit(s1 === parts.s1 ? 0 : 1);
";
const PHP: &str = r#"
[$_, $secret, $header] = $argv;
preg_match('/^t=(\d+),s1=([0-9a-f]{64})$/', $header, $parts);
$payload = stream_get_contents(STDIN);
exit(hash_equals($parts[2], hash_hmac("sha256", "{$parts[1]}.{$payload}", $secret)) ? 0 : 1);
"#;

/// Whether the recipe accepts; `None` if its language is not installed.
fn accepts(program: &str, arguments: &[&str], header: &str, body: &[u8]) -> Option<bool> {
    let mut command = Command::new(program);
    command.args(arguments).args([SECRET, header]).stdin(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = match command.spawn() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        spawned => spawned.unwrap(),
    };
    child.stdin.take().unwrap().write_all(body).unwrap();
    Some(child.wait().unwrap().success())
}

/// A visit whose body needs care with characters, as it went out: header and body.
async fn sent() -> (String, Vec<u8>) {
    let desk = Desk::new(example_time()).await;
    desk.notification(r#""event":"signin""#).await;
    let visit = r#"{"site_id":4567,"group_id":1,"visitor":{"id":1234,"name":"Jürgen Groß ✓",
        "additional":{"Firma":"\"Acme\" / Söhne","Größe":1.80},"personal_fields":{"Car Reg":"ABC 123"}}}"#;
    desk.call("POST", "visits", visit).await.expect(201);
    let request = desk.settled(1).await.remove(0);
    let header = request.headers.text("x-signinapp-webhook-signature").unwrap().to_owned();
    (header, request.body.to_vec())
}

/// A language that is missing is said, and on a CI server it fails the test: there it is installed.
#[tokio::test]
async fn the_recipes_of_every_language_accept_what_goes_out_and_refuse_a_forgery() {
    let (header, body) = sent().await;
    let forged = String::from_utf8(body.clone()).unwrap().replace("Groß", "Klein");
    let recipes: [(&str, &[&str]); 3] =
        [("python3", &["-c", PYTHON]), ("node", &["-e", NODE, "--"]), ("php", &["-r", PHP, "--"])];
    let (mut ran, mut missing) = (Vec::new(), Vec::new());
    for (program, arguments) in recipes {
        let Some(accepted) = accepts(program, arguments, &header, &body) else {
            missing.push(program);
            continue;
        };
        assert!(accepted, "{program} refuses a right signature");
        assert_eq!(accepts(program, arguments, &header, forged.as_bytes()), Some(false), "{program}");
        ran.push(program);
    }
    println!("recipes run: {}; not installed: {}", ran.join(", "), missing.join(", "));
    let must_be_there = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!must_be_there || missing.is_empty(), "install {}", missing.join(", "));
}
