/* hello: a page on port 8080 that says which node it runs on.
 *
 *   /      the page, for people
 *   /json  {"node", "kernel", "uptime", "startedAt", "memTotal", "memAvailable"}: startedAt is the
 *          node's uptime, and the two memory figures are its bytes, at the moment main() began
 *
 * One connection at a time, and none that is silent for five seconds: nothing here is slow.
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { PORT = 8080 };

static char node[256];
static struct utsname kernel;
static double started_at;
static long long mem_total, mem_available;

static double uptime(void)
{
	double seconds = 0;
	FILE *file = fopen("/proc/uptime", "re");
	if (file && fscanf(file, "%lf", &seconds) != 1)
		seconds = 0;
	if (file)
		fclose(file);
	return seconds;
}

static void read_memory(void)
{
	char line[128];
	FILE *file = fopen("/proc/meminfo", "re");
	while (file && fgets(line, sizeof line, file)) {
		sscanf(line, "MemTotal: %lld", &mem_total);
		sscanf(line, "MemAvailable: %lld", &mem_available);
	}
	if (file)
		fclose(file);
	mem_total *= 1024;
	mem_available *= 1024;
}

/* Names go into HTML and JSON as they are, so none may hold what either gives a meaning to. */
static void make_plain(char *name)
{
	for (; *name; name++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_+~", *name))
			*name = '?';
}

static void read_names(void)
{
	const char *name = getenv("NODE_NAME");
	if (name)
		snprintf(node, sizeof node, "%s", name);
	else
		gethostname(node, sizeof node - 1);
	uname(&kernel);
	make_plain(node);
	make_plain(kernel.release);
}

static int page(char *body, size_t size)
{
	long up = (long)uptime();
	return snprintf(body, size,
		"<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s</title>\n"
		"<style>body{font:1.2em/1.6 system-ui,sans-serif;max-width:32em;margin:15vh auto;padding:0 1em}"
		"dt{color:#777}dd{margin:0 0 .6em}</style>\n"
		"<h1>Hello from kiOS</h1>\n"
		"<dl><dt>Node<dd>%s<dt>Up<dd>%ld h %02ld min %02ld s<dt>Kernel<dd>%s"
		"<dt>This pod began<dd>%.2f s after the kernel</dl>\n",
		node, node, up / 3600, up / 60 % 60, up % 60, kernel.release, started_at);
}

static int json(char *body, size_t size)
{
	return snprintf(body, size,
		"{\"node\":\"%s\",\"kernel\":\"%s\",\"uptime\":%.2f,\"startedAt\":%.2f,"
		"\"memTotal\":%lld,\"memAvailable\":%lld}\n",
		node, kernel.release, uptime(), started_at, mem_total, mem_available);
}

/* Reads up to the empty line that ends a request's head; false when it does not come. */
static int read_head(int client, char *head, size_t size)
{
	size_t used = 0;
	while (used + 1 < size) {
		ssize_t got = read(client, head + used, size - 1 - used);
		if (got <= 0)
			return 0;
		used += (size_t)got;
		head[used] = '\0';
		if (strstr(head, "\r\n\r\n"))
			return 1;
	}
	return 0;
}

static void answer(int client)
{
	static char head[8192], body[4096], reply[4608];
	const char *status = "200 OK", *type = "text/html; charset=utf-8";
	int length;

	if (!read_head(client, head, sizeof head))
		return;
	int is_head = !strncmp(head, "HEAD ", 5);
	const char *path = is_head ? head + 5 : !strncmp(head, "GET ", 4) ? head + 4 : "";
	size_t path_length = strcspn(path, " ?");
	if (path_length == 1 && path[0] == '/') {
		length = page(body, sizeof body);
	} else if (path_length == 5 && !strncmp(path, "/json", 5)) {
		type = "application/json";
		length = json(body, sizeof body);
	} else {
		status = *path ? "404 Not Found" : "405 Method Not Allowed";
		type = "text/plain";
		length = snprintf(body, sizeof body, "%s\n", status);
	}
	int size = snprintf(reply, sizeof reply,
		"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s"
		"Cache-Control: no-store\r\nConnection: close\r\n\r\n%s",
		status, type, length, *path ? "" : "Allow: GET, HEAD\r\n", is_head ? "" : body);
	for (int sent = 0; sent < size;) {
		ssize_t now = write(client, reply + sent, (size_t)(size - sent));
		if (now <= 0)
			return;
		sent += (int)now;
	}
}

/* Listens for IPv6 and IPv4 in one socket, or for IPv4 alone where the kernel has no IPv6. */
static int listen_on(int port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons((in_port_t)port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons((in_port_t)port) };
	struct sockaddr *address = (struct sockaddr *)&six;
	socklen_t size = sizeof six;
	int on = 1, off = 0, server = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (server < 0) {
		server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		address = (struct sockaddr *)&four;
		size = sizeof four;
	} else {
		setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	}
	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(server, address, size) || listen(server, 64)) {
		perror("hello: cannot listen");
		exit(1);
	}
	return server;
}

static void stop(int signal)
{
	(void)signal;
	_exit(0);
}

int main(void)
{
	started_at = uptime();
	read_memory();
	read_names();
	/* PID 1 of its container dies by no signal that it does not handle. */
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	signal(SIGPIPE, SIG_IGN);

	int server = listen_on(PORT);
	printf("hello from %s on port %d, %.2f s after the kernel\n", node, PORT, started_at);
	fflush(stdout);
	for (;;) {
		struct timeval limit = { .tv_sec = 5 };
		int client = accept4(server, NULL, NULL, SOCK_CLOEXEC);
		if (client < 0)
			continue;
		setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
		setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
		answer(client);
		close(client);
	}
}
