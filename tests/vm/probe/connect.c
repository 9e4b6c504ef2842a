/* connect PATH: sends standard input to a Unix socket and prints the answer, for busybox's nc knows none. The socket is
 * not half closed in between: an HTTP server takes that for a client that has gone. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void copy(int from, int to)
{
	char buffer[4096];
	for (ssize_t count; (count = read(from, buffer, sizeof buffer)) > 0;)
		if (write(to, buffer, count) != count)
			return;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path)
		return 2;
	signal(SIGPIPE, SIG_IGN); /* a server that refuses may have answered all the same */
	strcpy(address.sun_path, argv[1]);
	if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
		perror(argv[1]);
		return 1;
	}
	copy(STDIN_FILENO, fd);
	copy(fd, STDOUT_FILENO);
	return 0;
}
