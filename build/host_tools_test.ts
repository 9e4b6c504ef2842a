import assert from "node:assert/strict";
import { UserError } from "./errors.ts";
import { hostToolVersions } from "./host_tools.ts";

Deno.test("hostToolVersions() names the Debian packages of all missing tools, and how to install them", async () => {
  await assert.rejects(hostToolVersions(["make", "bubblewrap", "libelf-dev"], "/nowhere"), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.equal(
      error.message,
      "Cannot build: missing on this machine: bubblewrap, libelf-dev, make (Debian packages)",
    );
    assert.equal(error.hint, "Run: apt-get install bubblewrap libelf-dev make");
    return true;
  });
});
