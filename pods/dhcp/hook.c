/* What dhcpcd runs at each change of an interface (dhcpcd-run-hooks(8)): keeps the node's
 * resolv.conf, and replaces dhcpcd's shell scripts, so the image holds no shell.
 *
 * Each interface with a lease has a file of its own in interfaces/; resolv.conf is what they say
 * together, and is replaced by rename(2), so nobody reads half of it. A directory as argument
 * replaces /run/resolvconf, for tests.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* resolv.conf(5): more name servers than three are ignored. */
enum { MAX_SERVERS = 3, MAX_LINE = 1024 };

static int failed(const char *act, const char *path)
{
	fprintf(stderr, "hook: cannot %s %s: %s\n", act, path, strerror(errno));
	return 1;
}

/* True of a word that an address or a domain can be made of: leases come from the network. */
static int is_plain(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%")] == '\0';
}

/* Appends a word to a list of words, if it is not in it yet. */
static void add(char *list, const char *word)
{
	size_t length = strlen(word);
	if (!length || !is_plain(word) || strlen(list) + length + 2 > MAX_LINE)
		return;
	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return;
	if (*list)
		strcat(list, " ");
	strcat(list, word);
}

static void add_all(char *list, const char *words)
{
	char copy[MAX_LINE], *rest = copy;
	snprintf(copy, sizeof copy, "%s", words ? words : "");
	for (char *word; (word = strsep(&rest, " \n"));)
		add(list, word);
}

static int close_file(FILE *file, const char *from, const char *to)
{
	int bad = fflush(file) || ferror(file);
	if (fclose(file) || bad)
		return failed("write", from);
	return rename(from, to) ? failed("replace", to) : 0;
}

/* Writes what this interface's lease says: a line of domains, and a line of servers. */
static int write_interface(const char *interface)
{
	char path[320], temporary[320], search[MAX_LINE] = "", servers[MAX_LINE] = "";
	const char *domains = getenv("new_domain_search");

	add_all(search, domains && *domains ? domains : getenv("new_domain_name"));
	add_all(servers, getenv("new_domain_name_servers"));
	snprintf(path, sizeof path, "interfaces/%s", interface);
	snprintf(temporary, sizeof temporary, "interfaces/.%s", interface);
	FILE *file = fopen(temporary, "we");
	if (!file)
		return failed("open", temporary);
	fprintf(file, "%s\n%s\n", search, servers);
	return close_file(file, temporary, path);
}

static int is_interface(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Reads all interfaces in the order of their names, so the same leases give the same file. */
static int write_resolv_conf(void)
{
	char search[MAX_LINE] = "", servers[MAX_LINE] = "", line[MAX_LINE];
	struct dirent **entries;
	int count = scandir("interfaces", &entries, is_interface, alphasort);

	for (int i = 0; i < count; i++) {
		char path[320];
		snprintf(path, sizeof path, "interfaces/%s", entries[i]->d_name);
		FILE *file = fopen(path, "re");
		if (!file)
			continue;
		if (fgets(line, sizeof line, file))
			add_all(search, line);
		if (fgets(line, sizeof line, file))
			add_all(servers, line);
		fclose(file);
	}
	FILE *file = fopen(".resolv.conf", "we");
	if (!file)
		return failed("open", ".resolv.conf");
	if (*search)
		fprintf(file, "search %s\n", search);
	char *rest = servers, *server;
	for (int i = 0; i < MAX_SERVERS && (server = strsep(&rest, " ")); i++)
		if (*server)
			fprintf(file, "nameserver %s\n", server);
	return close_file(file, ".resolv.conf", "resolv.conf");
}

static int is_true(const char *name)
{
	const char *value = getenv(name);
	return value && !strcmp(value, "true");
}

int main(int argc, char **argv)
{
	const char *directory = argc > 1 ? argv[1] : "/run/resolvconf";
	const char *interface = getenv("interface");

	/* dhcpcd sets neither for what changes no address, like PREINIT, or STOPPED with the lease kept. */
	if (!interface || strchr(interface, '/') || (!is_true("if_up") && !is_true("if_down")))
		return 0;
	umask(022);
	if (chdir(directory))
		return failed("enter", directory);
	if (mkdir("interfaces", 0755) && errno != EEXIST)
		return failed("make", "interfaces");
	if (is_true("if_up")) {
		if (write_interface(interface))
			return 1;
	} else {
		char path[320];
		snprintf(path, sizeof path, "interfaces/%s", interface);
		if (unlink(path) && errno != ENOENT)
			return failed("remove", path);
	}
	return write_resolv_conf();
}
