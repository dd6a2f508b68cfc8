//! The receivers' recipes of the source document, each in its own language, on a signed event.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::signinapp::sign;

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

#[test]
fn the_recipes_of_every_installed_language_accept_the_signature_and_refuse_a_forgery() {
    let body = include_str!("../golden/1-signin.json").trim_end().replace("John Smith", "Jürgen Groß ✓");
    let header = sign::header_value(SECRET, 1_644_316_744, body.as_bytes());
    let forged = body.replace("Groß", "Klein");
    let recipes: [(&str, &[&str]); 3] =
        [("python3", &["-c", PYTHON]), ("node", &["-e", NODE, "--"]), ("php", &["-r", PHP, "--"])];
    let mut ran = Vec::new();
    for (program, arguments) in recipes {
        let Some(accepted) = accepts(program, arguments, &header, body.as_bytes()) else {
            println!("{program} is not installed; its recipe was not run");
            continue;
        };
        assert!(accepted, "{program} refuses a right signature");
        assert_eq!(accepts(program, arguments, &header, forged.as_bytes()), Some(false), "{program}");
        ran.push(program);
    }
    println!("recipes run: {}", ran.join(", "));
    assert!(ran.contains(&"python3"), "python3 must be installed for this test");
}
