// Sending a report. Its key makes a repeat harmless, so whatever is unclear is simply sent again.
export const SENT = "sent", REFUSED = "refused", LATER = "later", SIGNED_OUT = "signed-out";

/** Taken just before sending: it changes with every sign-in. */
function csrfToken() {
  const match = document.cookie.match(/(?:^|; )csrftoken=([^;]*)/);
  return match ? decodeURIComponent(match[1]) : document.querySelector('meta[name="csrf-token"]')?.content || "";
}

function body(item) {
  const form = new FormData();
  for (const [name, value] of item.fields) form.append(name, value);
  item.photos.forEach((photo, i) => form.append("files", photo, `photo-${i + 1}.jpg`));
  return form;
}

/** {outcome, number?, errors?} of one try. */
export async function send(url, item) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST", body: body(item), credentials: "same-origin", redirect: "manual",
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
    });
  } catch {
    return { outcome: LATER };
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) return { outcome: SIGNED_OUT };
  if (answer.status === 201) return { outcome: SENT, ...(await answer.json()) };
  if (answer.status >= 500 || answer.status === 429) return { outcome: LATER };
  try {
    return { outcome: REFUSED, errors: (await answer.json()).errors || [] };
  } catch {
    const message = answer.status === 403 ? "页面已过期或没有权限，请刷新后再试。" : "没有发送成功，请稍后再试。";
    return { outcome: REFUSED, errors: [{ field: "", message }] };
  }
}
