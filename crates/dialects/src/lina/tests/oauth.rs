//! OAuth clients: they read, and register nothing.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::bench::{APP, Answer, Bench, OTHER_APP, bench};

const LIST: &str = "/extern/personal/listWebhook";
const ISSUER: &str = "https://login.example/";

fn coded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An issuer's keys: one of each kind.
struct Keys {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
}

impl Keys {
    fn new() -> Self {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self { rsa, ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap() }
    }

    /// The modulus stands in the DER form behind 9 bytes of headings, the exponent behind 2 more.
    fn jwks(&self) -> Value {
        let (rsa, ec) = (self.rsa.public_key().as_ref(), self.ec.public_key().as_ref());
        json!({"keys": [
            {"kty": "RSA", "kid": "r", "use": "sig", "n": coded(&rsa[9..265]), "e": coded(&rsa[267..])},
            {"kty": "EC", "kid": "e", "crv": "P-256", "x": coded(&ec[1..33]), "y": coded(&ec[33..])},
        ]})
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", coded(header.to_string()), coded(claims.to_string()));
        let (random, message) = (SystemRandom::new(), signed.as_bytes());
        let signature = match header["alg"].as_str() {
            Some("RS256") => {
                let mut signature = vec![0; self.rsa.public_modulus_len()];
                self.rsa.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
            Some("ES256") => self.ec.sign(&random, message).unwrap().as_ref().to_vec(),
            // The public key as a shared secret: what careless verifiers fall for.
            Some("HS256") => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.rsa.public_key().as_ref());
                hmac::sign(&key, message).as_ref().to_vec()
            }
            _ => b"x".to_vec(),
        };
        format!("{signed}.{}", coded(signature))
    }
}

async fn world() -> (Bench, Keys, Value) {
    let (bench, keys) = (bench().await, Keys::new());
    let new = json!({"issuer": ISSUER, "audience": "store-2", "jwks": keys.jwks()});
    let made = bench.manage(APP, "POST", "/issuer", new).await;
    assert_eq!((made.status.as_u16(), &made.json["keyIds"]), (201, &json!(["r", "e"])), "{:?}", made.json);
    let exp = bench.engine().world().clock.now().as_unix_s() + 300;
    let claims = json!({
        "iss": ISSUER, "aud": "store-2", "exp": exp, "operator_id": "bounti", "scope": "openid,personal_read",
    });
    (bench, keys, claims)
}

async fn list(bench: &Bench, token: &str) -> Answer {
    bench.call(token, "GET", LIST, "").await
}

#[tokio::test(start_paused = true)]
async fn a_client_lists_its_operators_hooks_and_registers_nothing() {
    let (bench, keys, claims) = world().await;
    for operator in ["bounti", "planday"] {
        let key = bench.key(APP, operator).await;
        bench.register(&key, &format!("https://{operator}.example/hook")).await;
    }
    let several = {
        let mut claims = claims.clone();
        claims["aud"] = json!(["somebody", "store-2"]);
        claims
    };
    for (header, claims) in [
        (json!({"alg": "RS256", "kid": "r"}), &claims),
        (json!({"alg": "ES256", "kid": "e", "typ": "JWT"}), &claims),
        (json!({"alg": "ES256", "kid": "e"}), &several),
    ] {
        let token = keys.token(&header, claims);
        let hooks = list(&bench, &token).await;
        assert_eq!(hooks.status, 200, "{:?}", hooks.json);
        let urls: Vec<&Value> = hooks.json.as_array().unwrap().iter().map(|hook| &hook["url"]).collect();
        assert_eq!(urls, ["https://bounti.example/hook"]);
        assert_eq!(bench.call(&token, "GET", "/extern/getlimit", "").await.status, 200);
        let uuid = hooks.json[0]["uuid"].as_str().unwrap();
        for (method, body) in [
            ("POST", json!({"hookKey": "personalData", "url": "https://x.example/"})),
            ("POST", json!({"hookKey": "personalData", "uuid": uuid, "url": "https://x.example/"})),
            ("POST", json!({"hookKey": "personalData", "uuid": uuid})),
            ("DELETE", json!({"hookKey": "personalData", "uuid": uuid})),
        ] {
            let path = "/extern/personal/registerWebhook";
            let refused = bench.call(&token, method, path, body.to_string()).await;
            assert_eq!((refused.status.as_u16(), &refused.json["status"]), (403, &json!("error")));
        }
    }
    assert_eq!(bench.endpoints(APP).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_in_every_way_right_opens_nothing() {
    let (bench, keys, good) = world().await;
    let with = |field: &str, value: Value| {
        let mut claims = good.clone();
        claims[field] = value;
        claims
    };
    let now = bench.engine().world().clock.now().as_unix_s();
    let rs = json!({"alg": "RS256", "kid": "r"});
    let strange = Keys::new();
    for (why, token) in [
        ("expired", keys.token(&rs, &with("exp", json!(now)))),
        ("without end", keys.token(&rs, &with("exp", Value::Null))),
        ("not yet", keys.token(&rs, &with("nbf", json!(now + 120)))),
        ("another audience", keys.token(&rs, &with("aud", json!("store-3")))),
        ("no audience", keys.token(&rs, &with("aud", Value::Null))),
        ("another issuer", keys.token(&rs, &with("iss", json!("https://evil.example/")))),
        ("nobody", keys.token(&rs, &with("operator_id", Value::Null))),
        ("unknown key", keys.token(&json!({"alg": "RS256", "kid": "z"}), &good)),
        ("no key", keys.token(&json!({"alg": "RS256"}), &good)),
        ("none", keys.token(&json!({"alg": "none", "kid": "r"}), &good)),
        ("shared secret", keys.token(&json!({"alg": "HS256", "kid": "r"}), &good)),
        ("another algorithm", keys.token(&json!({"alg": "ES256", "kid": "r"}), &good)),
        ("what must be understood", keys.token(&json!({"alg": "RS256", "kid": "r", "crit": ["x"]}), &good)),
        ("a stranger's key", strange.token(&rs, &good)),
        ("no JSON", "aaa.bbb.ccc".to_owned()),
        ("too long", format!("a.{}.c", "b".repeat(9000))),
    ] {
        let refused = list(&bench, &token).await;
        assert_eq!((refused.status.as_u16(), &refused.json["status"]), (401, &json!("error")), "{why}");
    }
    let changed = keys.token(&rs, &good);
    let (head, signature) = changed.rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    let forged = format!("{header}.{}.{signature}", coded(with("operator_id", json!("planday")).to_string()));
    assert_eq!(list(&bench, &forged).await.status, 401, "changed claims");
    let unbooked = keys.token(&rs, &with("scope", json!("openid bwa_read")));
    assert_eq!(list(&bench, &unbooked).await.status, 403, "a right that the token has not");
    assert_eq!(list(&bench, &keys.token(&rs, &good)).await.status, 200, "and the good one does");
}

#[tokio::test(start_paused = true)]
async fn issuers_are_checked_kept_apart_and_forgotten() {
    let (bench, keys, claims) = world().await;
    let (jwks, token) = (keys.jwks(), keys.token(&json!({"alg": "ES256", "kid": "e"}), &claims));
    let new = json!({"issuer": ISSUER, "audience": "store-2", "jwks": jwks});
    assert_eq!(
        bench.manage(OTHER_APP, "POST", "/issuer", new.clone()).await.status,
        409,
        "another store has it"
    );
    assert_eq!(bench.manage(APP, "POST", "/issuer", new).await.status, 201, "new keys of the same");
    let mut private = jwks.clone();
    private["keys"][0]["d"] = json!("AQAB");
    let mut twins = jwks.clone();
    twins["keys"][1]["kid"] = json!("r");
    let mut short = jwks.clone();
    short["keys"][0]["n"] = json!("AQAB");
    for wrong in [
        json!({}),
        json!({"keys": []}),
        private,
        twins,
        short,
        json!({"keys": [{"kty": "oct", "kid": "k", "k": "AA"}]}),
    ] {
        let body = json!({"issuer": ISSUER, "audience": "store-2", "jwks": wrong});
        assert_eq!(bench.manage(APP, "POST", "/issuer", body.clone()).await.status, 422, "{body}");
    }
    assert_eq!(list(&bench, &token).await.status, 200);
    let all = bench.manage(APP, "GET", "/issuer", Value::Null).await.json;
    let id = all["data"][0]["id"].as_str().unwrap();
    assert_eq!(bench.manage(APP, "DELETE", &format!("/issuer/{id}"), Value::Null).await.status, 204);
    assert_eq!(bench.manage(APP, "DELETE", &format!("/issuer/{id}"), Value::Null).await.status, 404);
    assert_eq!(list(&bench, &token).await.status, 401);
}
