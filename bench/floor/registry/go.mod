// The floor's registry: what init's own does, in a process of its own. It needs the standard library only.
module kios.local/floor-registry

go 1.26.0
