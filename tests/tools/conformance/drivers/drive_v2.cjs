// Takes the AWS SDK for JavaScript v2 through the steps on stdin; prints what came back as JSON.

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const { readFileSync } = require("node:fs");
const AWS = require(`${process.argv[2]}/node_modules/aws-sdk`);

const members = (data) => Object.keys(data).filter((name) => data[name]);

async function main() {
  const endpoint = process.env.AWS_ENDPOINT_URL_LIGHTSAIL;
  const client = new AWS.Lightsail({ endpoint, region: process.env.AWS_REGION });
  const found = {};
  for (const [name, input] of JSON.parse(readFileSync(0, "utf8"))) {
    try {
      found[name] = members(await client[name[0].toLowerCase() + name.slice(1)](input).promise());
    } catch (error) {
      console.error(name, error.message);
    }
  }
  console.log(JSON.stringify(found));
}

main();
