// Reports of this phone: one draft a person, and the reports that wait for a network. Photos are kept as they travel.
import { openDB } from "idb";

const opened = openDB("governance", 2, {
  upgrade(db) {
    for (const name of ["drafts", "queue"]) if (!db.objectStoreNames.contains(name)) db.createObjectStore(name);
  },
});

export async function saveDraft(owner, draft) {
  await (await opened).put("drafts", draft, `report:${owner}`);
}

export async function loadDraft(owner) {
  return (await opened).get("drafts", `report:${owner}`);
}

export async function dropDraft(owner) {
  await (await opened).delete("drafts", `report:${owner}`);
}

export async function enqueue(item) {
  await (await opened).put("queue", item, item.key);
}

export async function dequeue(key) {
  await (await opened).delete("queue", key);
}

/** The person's own reports that wait, oldest first; those of others who use this phone are not shown. */
export async function queueOf(owner) {
  const all = await (await opened).getAll("queue");
  return all.filter((item) => item.owner === owner).sort((a, b) => a.at - b.at);
}
