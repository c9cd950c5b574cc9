import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {brotliCompressSync, constants} from 'node:zlib';
import {defineConfig, type Plugin} from 'vite';

/** Each is served at its name without the ending (dothi/api/common/portal.py). */
const PAGES = Object.fromEntries(['index', 'catalogue', 'planning', 'dashboard', 'desk', 'help'].map((name) => [name, `${name}.html`]));
const SHARED = /node_modules\/(@?preact|openapi-fetch)|src\/client\/|src\/messages\/(index|vi|en)\.|src\/map\/(api|choice|layers)\.|src\/site\/(address|answer|format|header|internal|language|lazy|scrolled|service|session|copied)\./;
const SWAGGER_FILES = ['swagger-ui-bundle.js', 'swagger-ui.css'];

/** The API's documentation page loads Swagger UI from here, under names that do not change. */
function swaggerUi(): Plugin {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return {
    name: 'swagger-ui',
    generateBundle() {
      for (const name of [...SWAGGER_FILES, 'LICENSE']) {
        this.emitFile({type: 'asset', fileName: `swagger/${name}`, source: readFileSync(join(folder, name))});
      }
      const source = readFileSync(new URL('./src/swagger-start.js', import.meta.url));
      this.emitFile({type: 'asset', fileName: 'swagger/start.js', source});
    },
  };
}

/** What never changes is packed once, as small as it gets: a tenth less than the server has time for. */
function packedAssets(): Plugin {
  return {
    name: 'packed-assets',
    writeBundle({dir = ''}, bundle) {
      for (const name of Object.keys(bundle).filter((each) => /^assets\/.*\.(m?js|css)$/.test(each))) {
        const file = join(dir, name);
        writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file), {params: {[constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY}}));
      }
    },
  };
}

export default defineConfig({
  base: './', // a proxy may serve the platform below a path
  plugins: [swaggerUi(), packedAssets()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the page's Content-Security-Policy refuses fonts and workers in data: URLs
    modulePreload: {polyfill: false},
    rollupOptions: {
      // the pages of analyses and jobs, which the API writes, load theirs, and the portal's look, under names that do not change
      input: {...PAGES, run: 'src/analysis/run.ts', job: 'src/analysis/job.ts', look: 'src/site/tokens.css'},
      output: {
        // what every page needs, as one file: a request costs more than the few bytes that a page does without
        codeSplitting: {groups: [{name: 'site', test: SHARED}]},
        entryFileNames: ({name}) => ['run', 'job'].includes(name) ? 'analysis/[name].js' : 'assets/[name]-[hash].js',
        assetFileNames: ({names}) => names.includes('look.css') ? '[name][extname]' : 'assets/[name]-[hash][extname]',
      },
    },
    chunkSizeWarningLimit: 1500, // kB; MapLibre alone is 1,100
    license: {fileName: 'licenses.md'},
  },
});
