#include "extract.h"
int main(void) {
    return 0;
}
