// An account whose notification has got a visit.

const SITE = { type: "standard", name: "Acme Co", timezone: "Europe/London" };

/** An account of a reception desk with a site, a group, a notification and a visit. */
export async function seed({ server, receiver }) {
  const { api } = server;
  const app = (await api("POST", "/app/", { name: "Reception", dialect: "signinapp" })).id;
  const below = `/app/${app}/signinapp`;
  await api("PUT", `${below}/sites/4567`, { id: 4567, ...SITE });
  await api("PUT", `${below}/groups/1`, { name: "Visitors", type: "non-returning" });
  const notification = { url: `${receiver.url}/reception`, secret: "MySharedSecret", site: 4567, event: "signin" };
  await api("POST", `${below}/notifications`, notification);
  const visitor = { id: 1234, name: "John Smith", additional: { Company: "Acme Ltd" }, personal_fields: { role: "Director" } };
  await api("POST", `${below}/visits`, { site_id: 4567, group_id: 1, visitor });
  await receiver.next((request) => request.path === "/reception");
  return { app };
}
