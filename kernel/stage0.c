/*
 * Stage 0: the first program, alone in the initrd with the root image.
 *
 * It mounts the image, makes it the root and becomes /bin/init. The initrd
 * must be ramfs (rootfstype=ramfs): the kernel mounts EROFS from a file there
 * without a loop device, but not in tmpfs, whose pages have no read_folio.
 *
 * Files that a second initrd has put into /etc are shown in the image, where
 * init finds them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Where the image has room for /etc of the initrd. */
#define INITRD_ETC "/new/usr/share/kios/initrd/etc"

/* The kernel log reaches every console, where fd 2 is only the last of them. */
static int fail(const char *what)
{
	int error = errno;
	mknod("/kmsg", S_IFCHR | 0600, makedev(1, 11));
	dprintf(open("/kmsg", O_WRONLY), "<0>kios: stage 0 cannot %s: %s; reboot in 10 seconds\n",
		what, strerror(error));
	sleep(10);
	return reboot(RB_AUTOBOOT);
}

int main(void)
{
	char *argv[] = { "/bin/init", NULL };
	char *envp[] = { "PATH=/bin", "HOME=/", "TERM=linux", NULL };

	/* cache_strategy: or the compressed pages are kept a second time. */
	mkdir("/new", 0700);
	if (mount("/root.erofs", "/new", "erofs", MS_RDONLY | MS_NOSUID | MS_NODEV, "cache_strategy=disabled"))
		return fail("mount /root.erofs");
	if (!access("/etc", F_OK) &&
	    (mount("/etc", INITRD_ETC, NULL, MS_BIND, NULL) ||
	     mount(NULL, INITRD_ETC, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)))
		return fail("show /etc of the initrd");
	/* Not pivot_root, which the kernel refuses on the initial root. */
	if (chdir("/new") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		return fail("make /root.erofs the root");
	execve(argv[0], argv, envp);
	return fail("execute /bin/init");
}
