// Prints a JSON object for each bundle named on the command line: {"ok": true}, or what the validator says of it.
import { readFileSync } from "node:fs";
import { parseAndValidateOneRosterCsvFullZip } from "./longsight_oneroster.mjs";

const plain = (_key, value) => (value instanceof Map ? [...value.keys()] : value);
for (const path of process.argv.slice(2)) {
  const result = parseAndValidateOneRosterCsvFullZip(new Uint8Array(readFileSync(path)));
  console.log(result._tag === "ok" ? '{"ok": true}' : JSON.stringify({ ok: false, said: result }, plain));
}
