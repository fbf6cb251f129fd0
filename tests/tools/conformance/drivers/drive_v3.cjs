// Takes the AWS SDK for JavaScript v3 through the steps on stdin; prints what came back as JSON.

const { readFileSync } = require("node:fs");
const sdk = require(`${process.argv[2]}/node_modules/@aws-sdk/client-lightsail`);

const members = (data) => Object.keys(data).filter((name) => data[name]);

async function main() {
  const client = new sdk.LightsailClient({});
  const found = {};
  for (const [name, input] of JSON.parse(readFileSync(0, "utf8"))) {
    try {
      found[name] = members(await client.send(new sdk[`${name}Command`](input)));
    } catch (error) {
      console.error(name, error.message);
    }
  }
  console.log(JSON.stringify(found));
}

main();
