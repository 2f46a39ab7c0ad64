// main.c - dispatches to one file per subcommand.
#include <stdio.h>

int main(void) {
    puts("hunch");
    return 0;
}
