#!/usr/bin/env bash
# Makes vega-interpreter loadable by a browser. It is published for bundlers only and imports "vega-util" by its bare
# name; an import map would resolve that, but has to stand inline in the page, which our content security policy forbids.
set -euo pipefail
cd "$(dirname "$0")/../fund_service/assets/node_modules"
sed "s#from 'vega-util'#from '../../vega-util/build/index.js'#" vega-interpreter/build/vega-interpreter.js \
  >vega-interpreter/build/vega-interpreter.browser.js
grep -q "from '../../vega-util/build/index.js'" vega-interpreter/build/vega-interpreter.browser.js
