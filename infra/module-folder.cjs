/**
 * The folder of this module, in the source tree as in the published package. CommonJS has `__dirname`, ES modules have
 * `import.meta`, and the source is compiled from one to the other: only a file that is CommonJS in both can say it.
 * @type {string}
 */
exports.moduleFolder = __dirname;
