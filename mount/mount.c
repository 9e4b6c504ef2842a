/* mount and umount, as kubelet calls them, and nothing more: one static program under two names.
 *
 *   mount [--no-canonicalize] [-t TYPE] [-o OPTION,...] [SOURCE] TARGET
 *   umount [-f] [-l] TARGET
 *
 * Kubelet's own mount-utils is the only caller. It reads two things: the exit status, and whether
 * umount's text says "not mounted", which tells it that it need not search the mount table itself
 * (busybox says "Invalid argument" there). Paths go to the kernel as they are: a source like
 * /proc/PID/fd/N must not be resolved to the name behind it, or the caller's check of that name
 * could be raced. See mount(2), umount(2) and mount(8).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* musl's headers may be older than the kernel's: include/uapi/linux/mount.h */
#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif
#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

/* What mount(8) calls exit codes 1 and 32. */
enum { USAGE = 1, FAILED = 32 };

static const struct option {
	const char *name;
	unsigned long set, clear;
} options[] = {
	/* A type of mount. */
	{ "bind", MS_BIND, 0 },
	{ "rbind", MS_BIND | MS_REC, 0 },
	{ "remount", MS_REMOUNT, 0 },
	/* Flags of a mount. The three of access time exclude each other. */
	{ "ro", MS_RDONLY, 0 },
	{ "rw", 0, MS_RDONLY },
	{ "nosuid", MS_NOSUID, 0 },
	{ "suid", 0, MS_NOSUID },
	{ "nodev", MS_NODEV, 0 },
	{ "dev", 0, MS_NODEV },
	{ "noexec", MS_NOEXEC, 0 },
	{ "exec", 0, MS_NOEXEC },
	{ "nosymfollow", MS_NOSYMFOLLOW, 0 },
	{ "symfollow", 0, MS_NOSYMFOLLOW },
	{ "noatime", MS_NOATIME, MS_RELATIME | MS_STRICTATIME },
	{ "atime", 0, MS_NOATIME },
	{ "relatime", MS_RELATIME, MS_NOATIME | MS_STRICTATIME },
	{ "norelatime", 0, MS_RELATIME },
	{ "strictatime", MS_STRICTATIME, MS_NOATIME | MS_RELATIME },
	{ "nodiratime", MS_NODIRATIME, 0 },
	{ "diratime", 0, MS_NODIRATIME },
	/* Flags of a file system. */
	{ "sync", MS_SYNCHRONOUS, 0 },
	{ "async", 0, MS_SYNCHRONOUS },
	{ "dirsync", MS_DIRSYNC, 0 },
	{ "lazytime", MS_LAZYTIME, 0 },
	{ "nolazytime", 0, MS_LAZYTIME },
	{ "silent", MS_SILENT, 0 },
	/* Words for other readers of fstab. */
	{ "defaults", 0, 0 },
	{ "_netdev", 0, 0 },
	{ "nofail", 0, 0 },
	{ "auto", 0, 0 },
	{ "noauto", 0, 0 },
};

/* The flags that a bind mount has of its own; mount(2) ignores them until a remount sets them. */
static const unsigned long OWN_FLAGS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC |
	MS_NOSYMFOLLOW | MS_NOATIME | MS_RELATIME | MS_STRICTATIME | MS_NODIRATIME;

/* mount(2) takes one page at most. */
static char data[4096];

static int fail(const char *program, const char *target, const char *why)
{
	fprintf(stderr, "%s: %s: %s\n", program, target, why);
	return FAILED;
}

static int usage(const char *program, const char *synopsis)
{
	fprintf(stderr, "usage: %s %s\n", program, synopsis);
	return USAGE;
}

/* Applies one option to the flags, or says that it is the file system's. */
static int apply(const char *name, size_t length, unsigned long *flags)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		if (strlen(options[i].name) == length && !memcmp(options[i].name, name, length)) {
			*flags = (*flags & ~options[i].clear) | options[i].set;
			return 1;
		}
	}
	return 0;
}

/* Splits a list at its commas; false when what is left for the file system is too long. */
static int parse(const char *list, unsigned long *flags)
{
	size_t used = strlen(data);
	while (*list) {
		size_t length = strcspn(list, ",");
		if (length && !apply(list, length, flags)) {
			if (used + length + 2 > sizeof data)
				return 0;
			if (used)
				data[used++] = ',';
			memcpy(data + used, list, length);
			used += length;
		}
		list += length + (list[length] == ',');
	}
	return 1;
}

static int do_mount(int argc, char **argv)
{
	static const char synopsis[] = "[--no-canonicalize] [-t TYPE] [-o OPTIONS] [SOURCE] TARGET";
	const char *type = NULL, *paths[2];
	unsigned long flags = 0;
	int count = 0, only_paths = 0;

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		if (only_paths || word[0] != '-') {
			if (count == 2)
				return usage("mount", synopsis);
			paths[count++] = word;
		} else if (!strcmp(word, "--")) {
			only_paths = 1;
		} else if (!strcmp(word, "--no-canonicalize")) {
			continue;
		} else if (!strcmp(word, "-t") && i + 1 < argc) {
			type = argv[++i];
		} else if (!strcmp(word, "-o") && i + 1 < argc) {
			if (!parse(argv[++i], &flags))
				return fail("mount", argv[argc - 1], "too many options");
		} else {
			return usage("mount", synopsis);
		}
	}
	if (!count)
		return usage("mount", synopsis);

	const char *source = count == 2 ? paths[0] : "none", *target = paths[count - 1];
	if (!type && !(flags & (MS_BIND | MS_REMOUNT)))
		return fail("mount", target, "no file system type: -t is missing");
	if (mount(source, target, type, flags, *data ? data : NULL))
		return fail("mount", target, strerror(errno));

	/* `mount -o bind,ro` is two calls, since the first ignores all flags but MS_REC. */
	if ((flags & MS_BIND) && !(flags & MS_REMOUNT) && (flags & OWN_FLAGS) &&
	    mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | (flags & OWN_FLAGS), NULL)) {
		int error = errno;
		umount2(target, MNT_DETACH);
		return fail("mount", target, strerror(error));
	}
	return 0;
}

static int do_umount(int argc, char **argv)
{
	int flags = 0, i = 1;
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (!strcmp(argv[i], "-f"))
			flags |= MNT_FORCE;
		else if (!strcmp(argv[i], "-l"))
			flags |= MNT_DETACH;
		else
			return usage("umount", "[-f] [-l] TARGET");
	}
	if (i != argc - 1)
		return usage("umount", "[-f] [-l] TARGET");
	if (umount2(argv[i], flags))
		return fail("umount", argv[i], errno == EINVAL ? "not mounted" : strerror(errno));
	return 0;
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc ? argv[0] : "";
	return strcmp(name, "umount") ? do_mount(argc, argv) : do_umount(argc, argv);
}
