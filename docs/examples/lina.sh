#!/bin/sh
# Runs every JSON example of the LINA Third Party API against a running server, and says what each answer was.
#
#   URL=http://127.0.0.1:8080 KEY=$(klingel key create --environment default) sh docs/examples/lina.sh
#
# URL: where `klingel serve` listens. KEY: an admin key to the management API. Needs curl.
# Ends with 1 at the first answer that is not as expected.
set -eu
: "${URL:?set URL to where klingel serve listens}"
: "${KEY:?set KEY to an admin key}"

body=$(mktemp)
trap 'rm -f "$body"' EXIT

# call STATUS METHOD PATH KEY [JSON]: makes a call and shows it; ends the script when the status is another one.
call() {
    wanted=$1 method=$2 path=$3 key=$4 json=${5-}
    if [ -n "$json" ]; then
        set -- --data-binary "$json"
    else
        set --
    fi
    status=$(curl -sS -o "$body" -w '%{http_code}' -X "$method" -H "Authorization: Bearer $key" "$@" "$URL$path")
    printf '%s %s %s\n    %s\n' "$status" "$method" "$path" "$(cat "$body")"
    if [ "$status" != "$wanted" ]; then
        echo "expected $wanted" >&2
        exit 1
    fi
}

# field NAME: the text of a field of the last answer.
field() {
    sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p' "$body"
}

# has TEXT: ends the script unless the last answer holds the text.
has() {
    if ! grep -qF -- "$1" "$body"; then
        echo "expected $1 in the answer" >&2
        exit 1
    fi
}

echo "== A store, what it has booked, an operator and its key"
call 201 POST /api/v1/app "$KEY" '{"name": "Restaurant", "dialect": "lina"}'
app=$(field id)
at=/api/v1/app/$app/lina
call 200 PUT "$at/store" "$KEY" '{"bookedEndpoints": ["personal"]}'
call 200 PUT "$at/operator/bounti" "$KEY" '{"name": "Bounti", "termsUrl": "https://example.com/agb", "privacyUrl": "https://example.com/datenschutz"}'
call 201 POST "$at/key" "$KEY" '{"name": "Example", "operator": "bounti", "ipAddress": "*", "scopes": ["personal_read"]}'
operator_key=$(field key)

echo "== Register, list, change"
call 200 POST /extern/personal/registerWebhook "$operator_key" '{ "hookKey": "personalData", "url": "http://127.0.0.1:5559/personalDataRegistered" }'
uuid=$(field uuid)
call 200 GET /extern/personal/listWebhook "$operator_key"
has "$uuid"
call 200 POST /extern/personal/registerWebhook "$operator_key" '{ "hookKey": "personalData", "uuid": "'"$uuid"'", "url": "http://127.0.0.1:5559/personalDataRegistered2" }'
has personalDataRegistered2
call 200 GET /extern/getlimit "$operator_key"
has '"currentRateLimit":1'

echo "== A user releases data, and takes the release back"
user=c6425258-a870-498d-8173-6c2341c934e0
call 200 GET "$at/consent/$user/open" "$KEY"
has '"bounti"'
call 200 POST "$at/consent/give" "$KEY" '{"operator": "bounti", "userUuid": "'"$user"'", "userVorname": "Mirco", "userName": "Till", "userEmail": "info@gastro-mis.de", "bereich": "Service"}'
has '"given"'
call 200 POST "$at/consent/withdraw" "$KEY" '{"operator": "bounti", "userUuid": "'"$user"'"}'
has '"withdrawn"'
call 200 GET "$at/consent/$user/history" "$KEY"

echo "== A link to the user's own page, which opens once"
call 200 POST "/api/v1/auth/subject-portal-access/$app" "$KEY" '{"subject": "'"$user"'", "expiry": 600}'
has /portal/in/

echo "== Delete"
call 200 POST /extern/personal/registerWebhook "$operator_key" '{ "hookKey": "personalData", "uuid": "'"$uuid"'" }'
call 404 POST /extern/personal/registerWebhook "$operator_key" '{ "hookKey": "personalData", "uuid": "'"$uuid"'" }'
has '"status":"error"'
call 200 GET /extern/personal/listWebhook "$operator_key"
has '[]'
call 401 GET /extern/personal/listWebhook wrong
call 204 DELETE "/api/v1/app/$app" "$KEY"
echo "== All as expected."
