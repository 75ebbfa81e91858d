"""Runs code in a kernel as a front end does, and prints as JSON what the kernel sent: one [cell, type, text/html] per message.

python3 record-messages.py <kernel> < cells.json
"""

import json
import queue
import sys

from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name=sys.argv[1])
sent = []


def record(cell, seconds):
    try:
        message = client.get_iopub_msg(timeout=seconds)
    except queue.Empty:
        return None
    content = message["content"]
    text = content.get("data", {}).get("text/html", "") or content.get("text", "") or content.get("evalue", "")
    sent.append([cell, message["msg_type"], text if isinstance(text, str) else "".join(text)])
    return content.get("execution_state")


for cell, code in enumerate(json.load(sys.stdin)):
    client.execute(code)
    while record(cell, 60) != "idle":
        pass
    # Kernels say that they are idle before all is sent.
    while record(cell, 0.5) is not None:
        pass
client.stop_channels()
manager.shutdown_kernel(now=True)
json.dump(sent, sys.stdout)
