/* The first process of a pod's sandbox: it holds the pod's namespaces, and reaps what is orphaned
 * where containers share one PID namespace. It sleeps in sigwait(3), for a blocked signal is kept
 * even for PID 1, to whom the kernel does not deliver a signal that it has no handler for
 * (pid_namespaces(7)).
 */
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

int main(void)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);

	for (;;) {
		int signal = 0;
		if (sigwait(&signals, &signal))
			continue;
		if (signal != SIGCHLD)
			return 0;
		/* One SIGCHLD may stand for several children. */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}
