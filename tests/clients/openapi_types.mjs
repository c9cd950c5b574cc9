// Reads an OpenAPI document, and writes its types in TypeScript.
import openapiTypeScript, {astToString} from 'openapi-typescript';
import {text} from 'node:stream/consumers';

const NOTICE = '/** Written by `make client` from the OpenAPI document of the platform; change that instead. */\n';
process.stdout.write(NOTICE + astToString(await openapiTypeScript(await text(process.stdin))));
