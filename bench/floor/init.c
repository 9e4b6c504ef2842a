/* The floor: the least that a PID 1 could do for the same boot, to measure ours against.
 *
 * It works from init's own tables (tables.h is written by tables.ts), in the order of init's
 * boot(): mounts, containerd at once, all the rest meanwhile, kubelet when containerd is ready.
 * The registry is a process of its own, in Go. It is not a system to use: it restarts nothing,
 * and ends by being switched off.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum bone_kind { DIRECTORY, LINK, FILE_ };

struct mount_row { const char *target, *type; unsigned long flags; const char *data, *const *directories; };
struct bone { enum bone_kind kind; const char *path, *to; mode_t mode; };
struct setting { const char *name, *value; };
struct limit { int resource; rlim_t soft, hard; };
struct service {
	const char *name, *path, *const *args, *const *env, *output, *group, *notify_socket;
};

#include "tables.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static int consoles[8], console_count, kernel_log = -1;

static size_t read_text(const char *path, char *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, buffer, size - 1);
	if (fd >= 0)
		close(fd);
	buffer[got > 0 ? got : 0] = '\0';
	return strlen(buffer);
}

static void say(const char *event)
{
	char uptime[64], line[512];
	read_text("/proc/uptime", uptime, sizeof uptime);
	uptime[strcspn(uptime, " ")] = '\0';
	int length = snprintf(line, sizeof line, "<30>kios[%s] %s\n", uptime, event);
	if (length >= (int)sizeof line)
		length = sizeof line - 1;
	for (int i = 0; i < console_count; i++)
		if (write(consoles[i], line + 4, (size_t)length - 4) < 0)
			continue;
	if (write(kernel_log, line, (size_t)length) < 0)
		return;
}

static void complain(const char *act, const char *object)
{
	char event[400];
	snprintf(event, sizeof event, "cannot %s \"%s\": %s", act, object, strerror(errno));
	say(event);
}

static int write_text(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0644);
	if (fd < 0)
		return -1;
	int put = dprintf(fd, "%s\n", text);
	close(fd);
	return put < 0 ? -1 : 0;
}

static void make_directories(const char *path)
{
	char part[256];
	snprintf(part, sizeof part, "%s", path);
	for (char *at = part + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdir(part, 0755);
	}
	mkdir(part, 0755);
}

static void mount_all(const struct mount_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (const char *const *directory = rows[i].directories; *directory; directory++)
			make_directories(*directory);
		make_directories(rows[i].target);
		if (mount(rows[i].type ? rows[i].type : "", rows[i].target, rows[i].type, rows[i].flags, rows[i].data))
			complain("mount", rows[i].target);
	}
}

static void open_consoles(void)
{
	char names[128], path[160], *rest = names, *name;
	read_text("/sys/class/tty/console/active", names, sizeof names);
	while ((name = strsep(&rest, " \n")) && console_count < (int)COUNT(consoles)) {
		snprintf(path, sizeof path, "/dev/%s", name);
		int fd = *name ? open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
		if (fd >= 0)
			consoles[console_count++] = fd;
	}
	kernel_log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
}

static void make_skeleton(void)
{
	for (size_t i = 0; i < COUNT(skeleton); i++) {
		const struct bone *bone = &skeleton[i];
		if (bone->kind == LINK)
			symlink(bone->to, bone->path);
		else if (bone->kind == DIRECTORY)
			mkdir(bone->path, bone->mode);
		else
			close(open(bone->path, O_WRONLY | O_CREAT | O_CLOEXEC, bone->mode));
		if (bone->kind == DIRECTORY)
			chmod(bone->path, bone->mode);
	}
}

static void write_settings(void)
{
	for (size_t i = 0; i < COUNT(settings); i++) {
		char pattern[256];
		glob_t found;
		snprintf(pattern, sizeof pattern, "/proc/sys/%s", settings[i].name);
		if (glob(pattern, 0, NULL, &found)) {
			complain("find", pattern);
			continue;
		}
		for (size_t j = 0; j < found.gl_pathc; j++)
			if (write_text(found.gl_pathv[j], settings[i].value, 0))
				complain("set", found.gl_pathv[j]);
		globfree(&found);
	}
}

static void enable_controllers(void)
{
	char names[512], line[640] = "", *rest = names, *name;
	read_text(CGROUP_ROOT "/cgroup.controllers", names, sizeof names);
	while ((name = strsep(&rest, " \n"))) {
		if (*name && strlen(line) + strlen(name) + 3 < sizeof line)
			strcat(strcat(line, " +"), name);
	}
	if (write_text(CGROUP_ROOT "/cgroup.subtree_control", line, 0))
		complain("enable", line);
}

static void bring_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ioctl(fd, SIOCGIFFLAGS, &request);
	request.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		complain("bring up", "lo");
	close(fd);
}

/* Named after the first network card, like init does where nothing else is given. */
static void name_host(void)
{
	char name[64] = "kios", path[320], address[32], hosts[128];
	struct dirent **entries;
	int count = scandir("/sys/class/net", &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		/* What has no device is not a card, and its address is a random one. */
		snprintf(path, sizeof path, "/sys/class/net/%s/device", entries[i]->d_name);
		if (access(path, F_OK))
			continue;
		snprintf(path, sizeof path, "/sys/class/net/%s/address", entries[i]->d_name);
		if (read_text(path, address, sizeof address) == 18) {
			snprintf(name, sizeof name, "kios-%.2s%.2s%.2s", address + 9, address + 12, address + 15);
			break;
		}
	}
	sethostname(name, strlen(name));
	snprintf(hosts, sizeof hosts, "127.0.1.1 %s", name);
	if (write_text("/etc/hosts", hosts, O_APPEND))
		complain("write", "/etc/hosts");
}

static int listen_for_ready(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address))
		complain("listen on", path);
	return fd;
}

static void wait_for_ready(int fd)
{
	char datagram[1024] = "";
	while (!strstr(datagram, "READY=1")) {
		ssize_t got = recv(fd, datagram, sizeof datagram - 1, 0);
		if (got < 0 && errno != EINTR)
			return complain("receive", "READY=1");
		datagram[got > 0 ? got : 0] = '\0';
	}
}

static pid_t start(const struct service *service)
{
	char event[128], procs[128];
	pid_t pid = fork();
	if (pid == 0) {
		snprintf(procs, sizeof procs, "%s/cgroup.procs", service->group);
		write_text(procs, "0", 0);
		setsid();
		int output = open(service->output, O_WRONLY | O_CREAT | O_APPEND, 0640);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(output, 1);
		dup2(output, 2);
		execve(service->path, (char *const *)service->args, (char *const *)service->env);
		_exit(127);
	}
	snprintf(event, sizeof event, "%s started", service->name);
	say(event);
	return pid;
}

int main(void)
{
	const struct service *runtime = &services[0], *kubelet = &services[1], registry = {
		"registry", "/bin/registry", (const char *const[]){ "/bin/registry", "/usr/share/kios/images", NULL },
		(const char *const[]){ "PATH=/bin", NULL }, "/var/log/registry.log", INIT_GROUP, NULL,
	};

	mount_all(first_mounts, COUNT(first_mounts));
	open_consoles();
	say("init started");
	make_skeleton();
	for (size_t i = 0; i < COUNT(limits); i++)
		if (setrlimit(limits[i].resource, &(struct rlimit){ limits[i].soft, limits[i].hard }))
			complain("set a limit of", "PID 1");
	mkdir(INIT_GROUP, 0755);
	mkdir(runtime->group, 0755);
	mkdir(kubelet->group, 0755);
	write_text(INIT_GROUP "/cgroup.procs", "0", 0);
	int ready = listen_for_ready(runtime->notify_socket);
	listen_for_ready(kubelet->notify_socket);
	start(runtime);

	bring_up_loopback();
	start(&registry);
	mount_all(later_mounts, COUNT(later_mounts));
	write_settings();
	enable_controllers();
	name_host();

	wait_for_ready(ready);
	say("containerd ready");
	start(kubelet);
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);
		if (pid < 0)
			pause();
	}
}
