// What the kubelet does to be waited for at a shutdown, with the kubelet's own package: logind_client SECONDS FILE. It says
// what it got, and releases the lock when its standard input says anything.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"time"

	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/kubelet/nodeshutdown/systemd"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func main() {
	wanted, err := strconv.Atoi(os.Args[1])
	check(err)
	bus, err := systemd.NewDBusCon()
	check(err)
	delay, err := bus.CurrentInhibitDelay()
	check(err)
	fmt.Println("delay", delay)
	if time.Duration(wanted)*time.Second > delay {
		// As OverrideInhibitDelay does, but where the test wants it.
		text := fmt.Sprintf("# Kubelet logind override\n[Login]\nInhibitDelayMaxSec=%d\n", wanted)
		check(os.WriteFile(os.Args[2], []byte(text), 0o644))
		check(bus.ReloadLogindConf())
		delay, err = bus.CurrentInhibitDelay()
		check(err)
		fmt.Println("delay", delay)
	}
	lock, err := bus.InhibitShutdown()
	check(err)
	events, err := bus.MonitorShutdown(klog.Background())
	check(err)
	fmt.Println("locked")
	for event := range events {
		fmt.Println("shutdown", event)
		bufio.NewReader(os.Stdin).ReadString('\n')
		check(bus.ReleaseInhibitLock(lock))
		fmt.Println("released")
	}
	fmt.Println("bus gone")
}
