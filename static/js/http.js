// How the page talks to the server, and what it says when the server does not answer as hoped.

const SENTENCES = {
  400: "请求不完整或格式有误，没有处理。请核对后重试。",
  401: "登录已过期，没有提交。已填写的内容仍在本页，请重新登录后再提交。",
  403: "您没有办理这项业务的权限，请联系本单位管理员授权。",
  404: "没有找到这条记录，可能已被合并或不属于您的管辖范围。",
  409: "数据已由他人办理或修改，没有保存。请刷新后再办理。",
  413: "文件太大，没有上传。单个文件不能超过 20 MB。",
  422: "有内容没有填对，请按提示修改。",
  429: "操作太频繁，请稍后再试。",
  500: "系统出错，这一步没有完成。请稍后重试，仍不行的请联系系统管理员。",
  502: "系统正在重启，请过一会儿再试。",
  503: "系统正在维护，请过一会儿再试。",
};
export const OFFLINE = "网络不通，没有提交。已填写的内容仍在本页，恢复网络后再试。";

export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
  return cookie ? decodeURIComponent(cookie[1]) : (document.querySelector('meta[name="csrf-token"]')?.content ?? "");
}

// The server's own sentence (JSON, or the heading of an error page) where it sent one, else ours for the status.
export function sentenceFor(status, contentType = "", body = "") {
  if (status === 0) return OFFLINE;
  if (contentType.includes("json")) {
    try {
      const said = JSON.parse(body).message;
      if (said) return said;
    } catch {
      // Not JSON after all: our own sentence follows.
    }
  }
  if (body.includes('data-page="error"')) {
    const heading = new DOMParser().parseFromString(body, "text/html").querySelector("h1");
    if (heading) return `${heading.textContent.trim()}。`;
  }
  return SENTENCES[status] ?? (status >= 500 ? SENTENCES[500] : SENTENCES[400]);
}

export function loginUrl() {
  const login = document.body.dataset.login;
  return login ? `${login}?next=${encodeURIComponent(location.pathname + location.search)}` : "";
}

export function isLoginPage(url) {
  const login = document.body.dataset.login;
  return Boolean(login && url) && new URL(url, location.href).pathname === login;
}

// fetch with the CSRF header; a redirect to the login page counts as 401. Throws {status, message, data}.
export async function send(url, { method = "GET", body, headers = {}, ...rest } = {}) {
  const own = { Accept: "application/json", ...headers };
  if (method !== "GET") own["X-CSRFToken"] = csrfToken();
  let answer;
  try {
    answer = await fetch(url, { method, body, headers: own, credentials: "same-origin", ...rest });
  } catch {
    throw Object.assign(new Error(OFFLINE), { status: 0, data: null });
  }
  const text = await answer.text();
  const type = answer.headers.get("Content-Type") ?? "";
  const status = answer.redirected && isLoginPage(answer.url) ? 401 : answer.status;
  const data = type.includes("json") && text ? JSON.parse(text) : text;
  if (status >= 400) throw Object.assign(new Error(sentenceFor(status, type, text)), { status, data });
  return data;
}
