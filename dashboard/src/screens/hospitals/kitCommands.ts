export type Machine = "linux" | "windows";

export interface Kit {
  machine: Machine;
  director: string;
  code: string;
  folder: string;
}

export interface KitCommands {
  install: string;
  join: string;
  check: string;
  participate: string;
  train: string;
}

const LOCAL = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Tidy the director's address as typed; null: it is none that could stand in a command. */
export function directorOf(typed: string): string | null {
  const text = typed.trim();
  // a command is made of it: nothing that a shell reads in its own way
  if (!/^https?:\/\/[A-Za-z0-9.:[\]/_~-]+$/.test(text) || !URL.canParse(text)) return null;
  return text.replace(/\/+$/, "");
}

/** Whether tokens would travel there unencrypted over a network: the envoy wants to be told that it may. */
export function isPlain(director: string): boolean {
  const { protocol, hostname } = new URL(director);
  return protocol === "http:" && !LOCAL.test(hostname);
}

/** Whether a folder's path can stand between quotes in a command. */
export function isFolder(typed: string): boolean {
  return /^[^"'`$\r\n]+$/.test(typed) && typed.trim() !== "" && !typed.endsWith("\\");
}

function quoted(folder: string): string {
  return /^[A-Za-z0-9/\\:._-]+$/.test(folder) ? folder : `"${folder}"`;
}

/** Fill in the commands that a hospital's IT runs, in their order. */
export function commandsOf({ machine, director, code, folder }: Kit): KitCommands {
  const data = `--data ${quoted(folder)}`;
  const install =
    machine === "linux"
      ? "python3 -m venv fl && . fl/bin/activate\npip install '.[envoy]'"
      : 'py -3 -m venv fl\nfl\\Scripts\\Activate.ps1\npip install ".[envoy]"';
  return {
    install,
    join: `fl-envoy join --director ${director} --code ${code}${isPlain(director) ? " --insecure-http" : ""}`,
    check: `fl-envoy check ${data}`,
    participate: `fl-envoy participate ${data}`,
    train: `fl-envoy train ${data}`,
  };
}
