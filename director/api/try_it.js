"use strict";
// Sends what a form says, and shows what came. The token stays in its field: it is kept nowhere, and no cookie goes along.
const LONGEST = 20000;

function addressOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll("[data-in]")) {
    if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    else if (field.dataset.in === "query" && field.value !== "") query.append(field.name, field.value);
  }
  return path + (query.size ? `?${query}` : "");
}

function headersOf(form) {
  const headers = {};
  for (const field of form.querySelectorAll('[data-in="header"]')) if (field.value) headers[field.name] = field.value;
  const token = document.getElementById("token").value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = form.querySelector("textarea");
  if (body) headers["Content-Type"] = form.querySelector("[name=media-type]").value;
  return headers;
}

async function textOf(answer) {
  const type = answer.headers.get("content-type") || "";
  if (!/json|text/.test(type)) return `${(await answer.arrayBuffer()).byteLength} bytes of ${type || "nothing"}`;
  const text = await answer.text();
  const whole = /json/.test(type) ? JSON.stringify(JSON.parse(text), null, 2) : text;
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST)}\n… ${whole.length} characters` : whole;
}

async function send(form) {
  const shown = form.querySelector("output");
  const body = form.querySelector("textarea");
  shown.textContent = "…";
  try {
    const answer = await fetch(addressOf(form), {
      method: form.dataset.method,
      headers: headersOf(form),
      body: body ? body.value : undefined,
      credentials: "omit",
      redirect: "manual",
      signal: AbortSignal.timeout(60000),
    });
    const told = ["model-version", "model-sha256", "model-notice", "rows-refused", "retry-after", "x-request-id"];
    const lines = told.filter((name) => answer.headers.has(name)).map((name) => `${name}: ${answer.headers.get(name)}`);
    shown.textContent = [`${answer.status} ${answer.statusText}`, ...lines, "", await textOf(answer)].join("\n");
  } catch (error) {
    shown.textContent = `No answer: ${error.message}`;
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form[data-path]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.dataset.asks && !window.confirm(form.dataset.asks)) return;
      send(form);
    });
    const kinds = form.querySelector("[name=media-type]");
    if (kinds)
      kinds.addEventListener("change", () => {
        form.querySelector("textarea").value = kinds.selectedOptions[0].dataset.example;
      });
  }
});
