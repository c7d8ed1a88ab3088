// An error page answered: the drafts that were on their way did not arrive and will be offered again.
for (const store of [sessionStorage, localStorage]) {
  for (const key of Object.keys(store)) {
    if (!key.startsWith("keep:")) continue;
    const draft = JSON.parse(store.getItem(key));
    if (draft?.sentAt) store.setItem(key, JSON.stringify({ ...draft, sentAt: 0, failedAt: Date.now() }));
  }
}
