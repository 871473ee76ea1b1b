/** Run a function in another time zone. */
export function withZone(zone, run) {
	const previous = process.env.TZ;
	process.env.TZ = zone;
	try {
		return run();
	} finally {
		if (previous === undefined) delete process.env.TZ;
		else process.env.TZ = previous;
	}
}
