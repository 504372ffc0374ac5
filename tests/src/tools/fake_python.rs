//! Versions in Python for the fake workspace that `compare` is tried on.

use std::path::Path;

/// Writes versions in Python into the fake workspace of the tests of `compare`: what they report is
/// made up, too.
pub(super) fn write(root: &Path, write_file: fn(&Path, &str)) {
    let folder = root.join("comparisons/python");
    write_file(
        &folder.join("meanwhile.py"),
        "import json, os, sys\n\
         name = os.environ.get('FAKE_NAME', 'python')\n\
         def run(approach, wall):\n    \
             if '--check' in sys.argv:\n        \
                 sys.exit(0)\n    \
             assert '--json' in sys.argv and 'here' in sys.argv\n    \
             if '--trace' in sys.argv:\n        \
                 unit = {'name': 'page 0', 'pid': 7, 'tid': 0, 'id': 0}\n        \
                 thread = {'name': 'thread_name', 'ph': 'M', 'args': {'name': 'main 0'}}\n        \
                 events = [unit | {'ph': 'b', 'ts': 0}, unit | {'ph': 'e', 'ts': wall * 1000},\n            \
                     unit | {'ph': 'X', 'ts': wall * 500, 'dur': wall * 500}, unit | thread | {'ts': 0}]\n        \
                 with open(sys.argv[sys.argv.index('--trace') + 1], 'w') as file:\n            \
                     json.dump({'traceEvents': events}, file)\n    \
             print(json.dumps({'version': 1, 'workload': 'good', 'approach': name + ' ' + approach,\n        \
                 'headline': '', 'input': {}, 'units': 100, 'limit': 50, 'workers': 2, 'answer': 42,\n        \
                 'failures': [], 'wall_ns': wall * 10**6, 'cpu_user_ns': 10**6, 'cpu_system_ns': 0,\n        \
                 'peak_in_flight': 50}))\n\
         if __name__ == '__main__':\n    \
             print(json.dumps({'name': name, 'version': '3.99.0', 'gil': name == 'python',\n        \
                 'program': os.environ.get('FAKE_PROGRAM', sys.executable)}))\n",
    );
    for (file, wall) in [("sequential", 6000), ("asyncio", 200), ("threading", 300)] {
        let call = format!("from ..meanwhile import run\nrun({file:?}, {wall})\n");
        write_file(&folder.join("good").join(file).with_extension("py"), &call);
    }
    write_file(
        &folder.join("good/naive.py"),
        "import sys\nsys.exit('error: only for small ones (--help lists the arguments)')\n",
    );
}
