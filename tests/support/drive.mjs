// Drives the sandbox with the AWS SDK for JavaScript; prints what it saw as one JSON object.
// The SDK is found in the directory that LSKEYS_TEST_NODE_MODULES names.

import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.LSKEYS_TEST_NODE_MODULES, "here.js"));
const sdk = require("@aws-sdk/client-lightsail");

const client = new sdk.LightsailClient({
  region: process.env.AWS_REGION,
  endpoint: process.env.AWS_ENDPOINT_URL_LIGHTSAIL,
  maxAttempts: 1,
});
const send = (word, input = {}) => client.send(new sdk[`${word}Command`](input));

async function names(includeDefaultKeyPair) {
  const found = [];
  let pageToken;
  let pages = 0;
  do {
    const page = await send("GetKeyPairs", { includeDefaultKeyPair, pageToken });
    found.push(...page.keyPairs.map((pair) => pair.name));
    pageToken = page.nextPageToken;
    pages += 1;
  } while (pageToken);
  return { found, pages };
}

async function refusal(word, input) {
  try {
    await send(word, input);
    return null;
  } catch (error) {
    const kind = error instanceof sdk[error.name];
    return { name: error.name, kind, message: error.message, tip: error.tip };
  }
}

const seen = {};
seen.before = await names(false);
seen.created = await send("CreateKeyPair", { keyPairName: "made", tags: [{ key: "a" }] });
await send("ImportKeyPair", { keyPairName: "laptop", publicKeyBase64: process.argv[2] });
await send("TagResource", { resourceName: "laptop", tags: [{ key: "b", value: "1" }] });
await send("UntagResource", { resourceName: "made", tagKeys: ["a"] });
seen.downloaded = await send("DownloadDefaultKeyPair");
seen.after = await names(true);
seen.shown = (await send("GetKeyPair", { keyPairName: "laptop" })).keyPair;
seen.missing = await refusal("GetKeyPair", { keyPairName: "unknown" });
seen.taken = await refusal("CreateKeyPair", { keyPairName: "made" });
seen.unguarded = await refusal("DeleteKeyPair", { keyPairName: "LightsailDefaultKeyPair" });
seen.deleted = (await send("DeleteKeyPair", { keyPairName: "made" })).operation;
seen.operation = (await send("GetOperation", { operationId: seen.deleted.id })).operation;
seen.instances = (await send("GetInstances")).instances;
seen.regions = (await send("GetRegions")).regions.length;
console.log(JSON.stringify(seen));
