// The binary. Everything is a command: see commands.cc.
#include "main/commands.h"

int main(int argument_count, char** arguments) { return clew::main::run_command_line(argument_count, arguments); }
