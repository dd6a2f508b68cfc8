#!/bin/sh
# EventInsight from end to end with curl, against a running `klingel serve`: new, update, delete, test, and the log.
#
#   klingel serve --allow-private-networks &
#   URL=http://127.0.0.1:8080 KEY=$(klingel key create --environment production) sh docs/examples/eventinsight.sh
#
# RECEIVER is the URL that gets the requests; without it nobody listens, and the log shows the failed attempts.
set -eu
URL=${URL:?the address of klingel serve, such as http://127.0.0.1:8080}
KEY=${KEY:?a key with the role admin, from: klingel key create --environment production}
RECEIVER=${RECEIVER:-http://127.0.0.1:9/hook}

# call METHOD PATH STATUS [BODY]: prints the answer, and stops when its status is another one.
call() {
    answer=$(curl -sS -X "$1" "$URL/api/v1/app$2" -H "Authorization: Bearer $KEY" \
        -H 'Content-Type: application/json' -w '\n%{http_code}' ${4+--data-binary "$4"})
    status=$(printf '%s\n' "$answer" | tail -n 1)
    answer=$(printf '%s\n' "$answer" | sed '$d')
    printf '%s %s -> %s %s\n' "$1" "$2" "$status" "$answer"
    [ "$status" = "$3" ] || { echo "expected $3" >&2; exit 1; }
}

# expect TEXT: stops when the last answer does not hold it.
expect() {
    case $answer in *"$1"*) ;; *) echo "expected in the answer: $1" >&2; exit 1 ;; esac
}

field() {
    printf '%s' "$answer" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# The published example.
PERSON='{"id":1,"external_id":"1815","code":"CODE","external_qr_identifier":"thebarcode","checkin":"2019-11-05 07:56:15","name_first":"Guan","name_infix":null,"name_last":"the Man","gender":"man","company_name":"Let'"'"'s Get Digital","company_role":"Awesome person","normal_qr_code":"thebarcode","secure_qr_code":"https:\/\/evins.nl\/1\/bd0494941c\/tyiuW2S1OUv5c3ASL1qv%2E","aanmelder_survey_id":"93627","qr_link":"v2d5iy6g0m60tc","custom_fields":[],"companies":[5]}'
CHANGED=$(printf '%s' "$PERSON" | sed 's/Awesome person/Even more awesome person/')

call POST '' 201 '{"name":"Organiser","dialect":"eventinsight"}'
APP=$(field id)
EI=/$APP/eventinsight

call POST "$EI/webhooks" 201 '{"name":"CRM","is_active":true,"url":"'"$RECEIVER"'","triggers":{"user":{"new":true,"update":true,"delete":true},"company":{"new":true,"update":true,"delete":true}},"events":[7]}'
WEBHOOK=$(field id)

echo '--- entities that Klingel keeps: new, the same again, update, delete'
call PUT "$EI/users/1?event=7" 202 "$PERSON"
expect '"action":"new"'
call PUT "$EI/users/1?event=7" 200 "$PERSON"
expect '"action":null'
call PUT "$EI/users/1" 202 "$CHANGED"
expect '"action":"update"'
call PUT "$EI/companies/5?event=7" 202 '{"id":5,"external_id":"17","name":"Let'"'"'s Get Digital","custom_fields":[]}'
call DELETE "$EI/users/1" 202
call DELETE "$EI/users/1" 404

echo '--- plain messages'
call POST "/$APP/msg" 202 '{"eventType":"user.new","payload":{"entity_id":1,"result":'"$PERSON"',"event":7}}'
call POST "/$APP/msg" 202 '{"eventType":"user.update","payload":{"entity_id":1,"result":'"$CHANGED"',"event":7}}'
call POST "/$APP/msg" 202 '{"eventType":"user.delete","payload":{"entity_id":1,"event":7}}'
expect '{"entity_id":1,"entity_type":"user","action_type":"delete"}'
call POST "/$APP/msg" 422 '{"eventType":"user.new","payload":{"entity_id":"1","result":{}}}'

echo '--- the test button, while the webhook is inactive'
call PUT "$EI/webhooks/$WEBHOOK" 200 '{"name":"CRM","is_active":false,"url":"'"$RECEIVER"'","triggers":{}}'
call POST "$EI/webhooks/$WEBHOOK/test" 200 "$PERSON"
expect '"action_type":"test"'

echo '--- the log'
call GET "$EI/webhooks/$WEBHOOK/log" 200
expect '"action_type":"test"'
call DELETE "$EI/webhooks/$WEBHOOK" 204
echo 'Everything went as it should.'
