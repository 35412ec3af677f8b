#!/bin/sh
# silent-cline.sh: Cline 2 with a task in ~/.cline and a tool call in progress, of which nothing is heard any more. It
# ends after an hour.
if [ "$1" = --version ]; then
  echo 2.18.0
  exit
fi
folder=$HOME/.cline/data/tasks/1700000000000
mkdir -p "$folder"
for file in ui_messages api_conversation_history task_metadata; do
  head -c 100000 /dev/zero | tr '\0' x >"$folder/$file.json"
done
now=$(date +%s%3N)
echo '{"type":"task_started","taskId":"1700000000000"}'
echo "{\"type\":\"say\",\"say\":\"command\",\"text\":\"sleep 3600\",\"ts\":$now}"
touch "$HOME/ready"
sleep 3600
