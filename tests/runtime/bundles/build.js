/*
 * Builds the bundles of one app the way Frappe's own build does, which its PyPI redistribution leaves out.
 *
 *     node build.js APP PACKAGE_FOLDER OUT_FOLDER MANIFEST.json
 *
 * Every *.bundle.{js,ts,scss,css} under PACKAGE_FOLDER/public is built into OUT_FOLDER/{js,css,css-rtl}, under
 * a name that carries its hash. MANIFEST.json lists what was built, as assets.json and assets-rtl.json want it:
 * {"ltr": {"desk.bundle.js": "/assets/frappe/dist/js/desk.bundle.HASH.js", …}, "rtl": {…}}.
 * Run with NODE_PATH set to the node_modules folder; PACKAGE_FOLDER may lie anywhere.
 */
const fs = require("fs");
const path = require("path");
const autoprefixer = require("autoprefixer");
const esbuild = require("esbuild");
const postcss = require("postcss");
const rtlcss = require("rtlcss");
const sass = require("sass");
const vue = require("esbuild-plugin-vue3");

const [app, package_folder, out_folder, manifest_path] = process.argv.slice(2);
const node_modules = process.env.NODE_PATH;
const STYLE = /\.(scss|css)$/;
// `frappe-quill-image-resize` is what npm calls the module that the sources import by its upstream name.
const RENAMED = { "quill-image-resize": "frappe-quill-image-resize" };

/** An HTML template imported by a script becomes an entry of `frappe.templates`. */
const html_templates = {
	name: "html-templates",
	setup(build) {
		build.onLoad({ filter: /\.html$/ }, (args) => {
			const name = path.basename(args.path).split(".")[0];
			const text = fs.readFileSync(args.path, "utf-8").replace(/`/g, "\\`");
			return { contents: `frappe.templates['${name}'] = \`${text}\`;`, loader: "js" };
		});
	},
};

/** Modules that npm knows under another name. */
const renamed_modules = {
	name: "renamed-modules",
	setup(build) {
		build.onResolve({ filter: /^quill-image-resize$/ }, (args) => ({
			path: require.resolve(RENAMED[args.path], { paths: [node_modules] }),
		}));
	},
};

/**
 * Frappe's scripts expect its own fork of air-datepicker, which npm does not have: it knows seconds. The one on npm
 * is taught as much as they need: `ss` in a time's format, and that it shows no slider for seconds.
 */
const datepicker_with_seconds = {
	name: "datepicker-with-seconds",
	setup(build) {
		build.onLoad({ filter: /air-datepicker.dist.js.datepicker(\.min)?\.js$/ }, (args) => {
			const source = path.join(path.dirname(args.path), "datepicker.js");
			const text = fs
				.readFileSync(source, "utf-8")
				.replace("switch (true) {\n                case /@/", (start) => {
					return `result = replacer(result, boundary('ss'), '00');\n${start}`;
				})
				.replace(/this\.\$minutesText = .*;/, (line) => {
					return `${line}\nthis.$seconds = this.$secondsText = $();`;
				});
			return { contents: text, loader: "js" };
		});
	},
};

/** URLs like /assets/frappe/images/x.svg are answered by the web server, not by the bundler. */
const served_urls = {
	name: "served-urls",
	setup(build) {
		build.onResolve({ filter: /^\/assets\// }, (args) => ({ path: args.path, external: true }));
	},
};

/** SCSS and CSS through Sass (with `~package/…` from node_modules) and PostCSS. */
function stylesheets(rtl) {
	const processors = [autoprefixer].concat(rtl ? [rtlcss] : []);
	const importer = (url) => ({ file: url.replace(/^~/, "").replace(/\.css$/, "") });
	return {
		name: "stylesheets",
		setup(build) {
			build.onLoad({ filter: STYLE }, async (args) => {
				const compiled = sass.renderSync({
					file: args.path,
					includePaths: [node_modules, path.dirname(package_folder)],
					importer,
					quietDeps: true,
					logger: sass.Logger.silent,
				});
				const css = compiled.css.toString();
				const result = await postcss(processors).process(css, { from: args.path });
				return { contents: result.css, loader: "css", resolveDir: path.dirname(args.path) };
			});
		},
	};
}

function find_bundles(folder, found = []) {
	for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
		const full = path.join(folder, entry.name);
		if (entry.isDirectory() && !["dist", "node_modules"].includes(entry.name)) find_bundles(full, found);
		else if (/\.bundle\.(js|ts|scss|css)$/.test(entry.name)) found.push(full);
	}
	return found;
}

function build(files, subfolder, plugins) {
	return esbuild.build({
		entryPoints: Object.fromEntries(files.map((file) => [path.parse(file).name, file])),
		entryNames: "[name].[hash]",
		outdir: path.join(out_folder, subfolder),
		bundle: true,
		minify: true,
		metafile: true,
		write: false,
		format: "iife",
		target: ["es2017"],
		logLevel: "error",
		nodePaths: [node_modules, path.dirname(package_folder)],
		loader: { ".woff": "file", ".woff2": "file", ".ttf": "file", ".eot": "file", ".svg": "file", ".png": "file" },
		define: {
			"process.env.NODE_ENV": '"production"',
			__VUE_OPTIONS_API__: "true",
			__VUE_PROD_DEVTOOLS__: "false",
		},
		plugins,
	});
}

/** Writes what was built and answers {bundle name: URL}. Styles of Vue components go into their script. */
function write_out(result, subfolder) {
	const urls = {};
	const text_of = (file) => result.outputFiles.find((out) => out.path === path.resolve(file));
	for (const [file, info] of Object.entries(result.metafile.outputs)) {
		if (!info.entryPoint) continue;
		let contents = text_of(file).text;
		const styles = info.cssBundle || sibling_styles(result, file);
		if (file.endsWith(".js") && styles) {
			contents = `frappe.dom.set_style(${JSON.stringify(text_of(styles).text)});\n${contents}`;
		}
		fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.writeFileSync(file, contents);
		const name = path.basename(info.entryPoint).replace(/\.ts$/, ".js").replace(/\.scss$/, ".css");
		urls[name] = `/assets/${app}/dist/${subfolder}/${path.basename(file)}`;
	}
	for (const out of result.outputFiles) {
		if (/\.(js|css)$/.test(out.path)) continue;
		fs.mkdirSync(path.dirname(out.path), { recursive: true });
		fs.writeFileSync(out.path, out.contents);
	}
	return urls;
}

/** esbuild 0.14 does not say which style sheet belongs to a script: it has the same name, another hash. */
function sibling_styles(result, script) {
	const stem = path.basename(script).split(".bundle.")[0];
	return Object.keys(result.metafile.outputs).find(
		(file) => file.endsWith(".css") && path.basename(file).startsWith(`${stem}.bundle.`)
	);
}

async function main() {
	const bundles = find_bundles(path.join(package_folder, "public"));
	const scripts = bundles.filter((file) => !STYLE.test(file));
	const styles = bundles.filter((file) => STYLE.test(file));
	const manifest = { ltr: {}, rtl: {} };
	const say = (what, count) => console.log(`${app}: ${count} ${what}`);
	if (scripts.length) {
		say("scripts", scripts.length);
		const plugins = [renamed_modules, datepicker_with_seconds, vue(), html_templates];
		Object.assign(manifest.ltr, write_out(await build(scripts, "js", plugins), "js"));
	}
	if (styles.length) {
		say("style sheets, left to right", styles.length);
		const ltr = await build(styles, "css", [served_urls, stylesheets(false)]);
		Object.assign(manifest.ltr, write_out(ltr, "css"));
		say("style sheets, right to left", styles.length);
		const rtl = write_out(await build(styles, "css-rtl", [served_urls, stylesheets(true)]), "css-rtl");
		for (const [name, url] of Object.entries(rtl)) manifest.rtl[`rtl_${name}`] = url;
	}
	fs.writeFileSync(manifest_path, JSON.stringify(manifest, null, "\t"));
}

main().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
