// A store whose operator has registered a hook.

const PERSON = "c6425258-a870-498d-8173-6c2341c934e0";

/** A restaurant with an operator, a key, a registered hook, and a user who can release her data. */
export async function seed({ server, receiver }) {
  const { api } = server;
  const app = (await api("POST", "/app/", { name: "Trattoria Bella", dialect: "lina" })).id;
  const below = `/app/${app}/lina`;
  await api("PUT", `${below}/store`, { bookedEndpoints: ["personal"] });
  const operator = { name: "Planner", termsUrl: "https://planner.example/terms", privacyUrl: "https://planner.example/privacy" };
  await api("PUT", `${below}/operator/planner`, operator);
  const made = await api("POST", `${below}/key`, { name: "Planner key", operator: "planner", ipAddress: "*", scopes: ["personal_read"] });
  const hook = { hookKey: "personalData", url: `${receiver.url}/restaurant` };
  await api("PUT", `${below}/user/${PERSON}`, { userVorname: "Mirco", userName: "Till", userEmail: "info@gastro-mis.de", bereich: "Service" });
  const registered = await api("POST", "/extern/personal/registerWebhook", hook, { base: "", key: made.key });
  return { app, key: made.key, hook: registered.uuid, person: PERSON };
}
