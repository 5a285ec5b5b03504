#include "contract.h"

int shared;
plain_code int instrumented(int x) { return shared + x; }
protected_code int a(int x) { return x + 1; }
protected_code int b(int x) { return x + 2; }
protected_code int c(int x) { return x + 3; }
void anchor(void) { region_begin(); region_end(); }

protected_code int good_switch(int x)
{
    switch (x)
    {
        case 0: return a(1) + 1;
        case 1: return b(7) + 2;
        case 2: return c(6) * 3;
        case 3: return a(5) + 9;
        case 4: return b(8) ^ 4;
        case 5: return c(9) * 5;
        case 6: return a(11) | 3;
        case 7: return b(x) & 3;
        default: return 0;
    }
}

protected_code int bad0301_switch(int x)
{
    switch (x)
    {
        case 0: return a(1) + 1;
        case 1: return b(7) + 2;
        case 2: return c(6) * 3;
        case 3: return a(5) + 9;
        case 4: return b(8) ^ 4;
        case 5: return instrumented(9) * 5;
        case 6: return a(11) | 3;
        case 7: return b(x) & 3;
        default: return 0;
    }
}
