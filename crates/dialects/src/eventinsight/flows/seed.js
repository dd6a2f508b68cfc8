// An organiser whose webhook has got a user.

const PERSON = { id: 1, external_id: "1815", name_first: "Guan", name_last: "the Man", custom_fields: [], companies: [5] };
const ALL = { new: true, update: true, delete: true };

/** A fair's organiser with a webhook and a user that was kept. */
export async function seed({ server, receiver }) {
  const { api } = server;
  const app = (await api("POST", "/app/", { name: "Messe Köln", dialect: "eventinsight" })).id;
  const body = { name: "CRM", is_active: true, url: `${receiver.url}/fair`, triggers: { user: ALL, company: ALL } };
  const webhook = (await api("POST", `/app/${app}/eventinsight/webhooks`, body)).id;
  await api("PUT", `/app/${app}/eventinsight/users/1?event=7`, PERSON);
  await receiver.next((request) => request.path === "/fair");
  return { app, webhook };
}
