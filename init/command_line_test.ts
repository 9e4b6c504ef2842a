import assert from "node:assert/strict";
import { parseCommandLine } from "./command_line.ts";

Deno.test("parseCommandLine() leaves the kernel's own words alone", () => {
  assert.deepEqual(parseCommandLine("quiet console=ttyS0,115200 panic=10\n"), {
    log: "file",
    complaints: [],
  });
});

Deno.test("parseCommandLine() takes the last of two words, and values with an equals sign", () => {
  const line = parseCommandLine("kios.hostname=a kios.hostname=b=c kios.log=console");
  assert.equal(line.hostname, "b=c");
  assert.equal(line.log, "console");
});

Deno.test("parseCommandLine() complains about words and values it does not know", () => {
  const { complaints } = parseCommandLine("kios.log=red kios.hostname= kios.x kios.y=1");
  assert.deepEqual(
    complaints.map((complaint) => complaint.split('"')[1]),
    ["kios.log=red", "kios.hostname=", "kios.x", "kios.y=1"],
  );
});
