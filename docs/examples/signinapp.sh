#!/bin/sh
# Sign In App from end to end with curl, against a running `klingel serve`: notification, visit, sign-out, history.
#
#   klingel serve --allow-private-networks &
#   URL=http://127.0.0.1:8080 KEY=$(klingel key create --environment production) sh docs/examples/signinapp.sh
#
# RECEIVER is the URL that gets the requests; without it nobody listens, and the attempts fail.
set -eu
URL=${URL:?the address of klingel serve, such as http://127.0.0.1:8080}
KEY=${KEY:?a key with the role admin, from: klingel key create --environment production}
RECEIVER=${RECEIVER:-http://127.0.0.1:9/hook}

# answered STATUS TEXT: splits curl's output and stops when the status is another one.
answered() {
    status=$(printf '%s\n' "$2" | tail -n 1)
    answer=$(printf '%s\n' "$2" | sed '$d')
    printf '  -> %s %s\n' "$status" "$answer"
    [ "$status" = "$1" ] || { echo "expected $1" >&2; exit 1; }
}

# call METHOD PATH STATUS [BODY]: the management API.
call() {
    printf '%s %s\n' "$1" "$2"
    answered "$3" "$(curl -sS -X "$1" "$URL/api/v1/app$2" -H "Authorization: Bearer $KEY" \
        -H 'Content-Type: application/json' -w '\n%{http_code}' ${4+--data-binary "$4"})"
}

# get PATH STATUS: the Client API, with HTTP Basic.
get() {
    printf 'GET %s\n' "$1"
    answered "$2" "$(curl -sS -u "$CLIENT" "$URL/client-api/v1/$1" -w '\n%{http_code}')"
}

# expect TEXT: stops when the last answer does not hold it.
expect() {
    case $answer in *"$1"*) ;; *) echo "expected in the answer: $1" >&2; exit 1 ;; esac
}

field() {
    printf '%s' "$answer" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# The published example, in its parts.
SITE='{"id":4567,"type":"standard","name":"Acme Co","timezone":"Europe/London"}'
VISITOR='{"id":1234,"name":"John Smith","photo_url":null,"badge_url":null,"additional":{"Company":"Acme Ltd","Email Address":"john@smith.com"},"personal_fields":{"role":"Director","Car Reg":"ABC 123"},"is_returning":false,"is_pre_registered":false,"is_remote":false}'
VISITING='{"id":8,"name":"Adele Vance","role":"Retail Manager","email":"AdeleV@2064mx.onmicrosoft.com","mobile":""}'

call POST '' 201 '{"name":"Reception","dialect":"signinapp"}'
APP=$(field id)
SIA=/$APP/signinapp

call PUT "$SIA/sites/4567" 201 "$SITE"
call PUT "$SIA/groups/1" 201 '{"name":"Visitors","type":"non-returning"}'
call POST "$SIA/notifications" 201 '{"url":"'"$RECEIVER"'","secret":"MySharedSecret","site":4567,"event":"signin","filter":{"combine":"all","rows":[{"field":"Company","operator":"equals","value":"Acme Ltd"}]}}'
call POST "$SIA/notifications" 201 '{"url":"'"$RECEIVER"'","secret":"MySharedSecret","event":"signout"}'
call POST "$SIA/notifications" 422 '{"url":"'"$RECEIVER"'","event":"blocklist"}'

echo '--- a visit that Klingel keeps'
call POST "$SIA/visits" 201 '{"site_id":4567,"group_id":1,"visitor":'"$VISITOR"',"visiting":'"$VISITING"'}'
call POST "$SIA/visits" 409 '{"site_id":4567,"group_id":1,"visitor":'"$VISITOR"'}'
call POST "$SIA/visits/1234/signout" 200 '{}'
call POST "$SIA/visits/1234/signout" 409 '{}'

echo '--- automatic sign-outs send nothing'
call POST "$SIA/visits" 201 '{"site_id":4567,"group_id":1,"visitor":{"id":1235,"name":"Late Guest"}}'
call POST "$SIA/signouts" 200 '{"visits":[1235]}'

echo '--- the published body through the message call'
call POST "/$APP/msg" 202 '{"eventType":"visitor.signin","payload":{"event":"visitor.signin","event_at":"2020-01-01T12:00:01Z","pushed_at":"2020-01-01T12:00:01Z","idempotency_key":"4EPAoqR4N8jZktby","site":'"$SITE"',"visitor":'"$VISITOR"',"visiting":'"$VISITING"'}}'
expect '"idempotency_key":"4EPAoqR4N8jZktby"'
call POST "/$APP/msg" 422 '{"eventType":"visitor.rejected","payload":{}}'

echo '--- the Client API'
call POST "$SIA/clients" 201 '{"name":"Wallboard"}'
CLIENT=$(field key):$(field secret)
get 'sites/4567/history?date_from=2020-01-01T00%3A00%3A00&page=1' 200
expect '"status":"signed_out"'
expect '"id":1235'
get sites/4567/today 200
get groups 200
expect '[{"id":1,"name":"Visitors","type":"non-returning"}]'
get groups/1/members 200
get sites/9/history 404
get 'sites/4567/history?date_from=yesterday' 422

echo '--- settings'
call PUT "$SIA/account" 200 '{"keep_visitor_data_days":30}'
call DELETE "/$APP" 204
echo 'all as expected'
