/* Written by tools/generate_polynomials.py; edit that. */
#ifndef RELU_UFUNC_POLYNOMIALS_H
#define RELU_UFUNC_POLYNOMIALS_H

#include "double_double.h"
#include "inlining.h"

/* (exp(r) - 1 - r) / r^2, |r| <= log(2)/2, for exp.
   The error is below 2^-57.3. */
static ALWAYS_INLINE double exp_polynomial(double u)
{
    const double a0 = u * 0x1.5555555555501p-3 + 0x1.0000000000000p-1;
    const double a1 = u * 0x1.111111112896fp-7 + 0x1.5555555553208p-5;
    const double a2 = u * 0x1.a01a011bd305dp-13 + 0x1.6c16c17cc2614p-10;
    const double a3 = u * 0x1.71df55f4fb2a5p-19 + 0x1.a019ab30eac57p-16;
    const double a4 = u * 0x1.ad1ef1bb81f7ep-26 + 0x1.289f8622b2abap-22;
    const double u2 = u * u;
    const double b0 = u2 * a1 + a0;
    const double b1 = u2 * a3 + a2;
    const double u4 = u2 * u2;
    return u4 * (u4 * a4 + b1) + b0;
}

/* (exp(r) - 1 - r - r^2/2) / r^3, |r| <= log(2)/2, for e^x - 1.
   The error is below 2^-61.5. */
static ALWAYS_INLINE double long_expm1_polynomial(double u)
{
    const double a0 = u * 0x1.555555555554fp-5 + 0x1.5555555555559p-3;
    const double a1 = u * 0x1.6c16c16c19c70p-10 + 0x1.111111110f65dp-7;
    const double a2 = u * 0x1.a01a0192a3e69p-16 + 0x1.a01a01affe2aap-13;
    const double a3 = u * 0x1.27e50992132f6p-22 + 0x1.71ddf820c4e4ep-19;
    const double a4 = u * 0x1.1f28c5d1d49cfp-29 + 0x1.af5f0885bba21p-26;
    const double u2 = u * u;
    const double b0 = u2 * a1 + a0;
    const double b1 = u2 * a3 + a2;
    const double u4 = u2 * u2;
    return u4 * (u4 * a4 + b1) + b0;
}

/* (2 atanh(v/2) / v - 1) / v^2 in z = v^2, |v| <= 2/3, for log1p.
   The error is below 2^-58.6. */
static ALWAYS_INLINE double atanh_polynomial(double u)
{
    const double a0 = u * 0x1.9999999999944p-7 + 0x1.5555555555555p-4;
    const double a1 = u * 0x1.c71c71bedea97p-12 + 0x1.2492492499d46p-9;
    const double a2 = u * 0x1.3b13515f6f9efp-16 + 0x1.745d19937b1fcp-14;
    const double a3 = u * 0x1.e0a2d581ab68fp-21 + 0x1.111abdc8abe16p-18;
    const double a4 = u * 0x1.32e0d25c9c761p-25 + 0x1.bc37f0140c19ep-23;
    const double u2 = u * u;
    const double b0 = u2 * a1 + a0;
    const double b1 = u2 * a3 + a2;
    const double b2 = u2 * 0x1.401d3e65cdc48p-26 + a4;
    const double u4 = u2 * u2;
    const double c0 = u4 * b1 + b0;
    const double u8 = u4 * u4;
    const double d0 = u8 * b2 + c0;
    return d0;
}

/* (2 atanh(s) - 2 s) / s^3 in z = s^2, |s| <= (sqrt(2) - 1) / (sqrt(2) + 1),
   for log1p.
   The error is below 2^-57.5. */
static inline double short_logarithm_polynomial(enum contraction how, double u)
{
    double p = 0x1.2b584e280d258p-3;
    p = multiply_add(how, p, u, 0x1.39fe601d4a8bep-3);
    p = multiply_add(how, p, u, 0x1.7462b4ad593f7p-3);
    p = multiply_add(how, p, u, 0x1.c71c62e5786e8p-3);
    p = multiply_add(how, p, u, 0x1.2492492df14ecp-2);
    p = multiply_add(how, p, u, 0x1.99999999952e2p-2);
    p = multiply_add(how, p, u, 0x1.5555555555558p-1);
    return p;
}

/* (exp(r) - 1 - r) / r^2, |r| <= 0.364, for e^x - 1.
   The error is below 2^-47.6. */
static inline double expm1_polynomial(enum contraction how, double u)
{
    double p = 0x1.28903eafe0266p-22;
    p = multiply_add(how, p, u, 0x1.72df2b22f9330p-19);
    p = multiply_add(how, p, u, 0x1.a019bd86f502fp-16);
    p = multiply_add(how, p, u, 0x1.a0199b742066cp-13);
    p = multiply_add(how, p, u, 0x1.6c16c1761d9a6p-10);
    p = multiply_add(how, p, u, 0x1.111111201c5abp-7);
    p = multiply_add(how, p, u, 0x1.5555555554894p-5);
    p = multiply_add(how, p, u, 0x1.5555555552f0fp-3);
    p = multiply_add(how, p, u, 0x1.0000000000000p-1);
    return p;
}

/* tanh(r/2) / r in z = r^2, |r| <= log(2)/2, for exp.
   The error is below 2^-58.1. */
static inline double half_tangent_numerator(enum contraction how, double u)
{
    double p = 0x1.1530e3b49e518p-15;
    p = multiply_add(how, p, u, 0x1.c70fd478a59e8p-7);
    p = multiply_add(how, p, u, 0x1.0000000000000p-1);
    return p;
}
static inline double half_tangent_denominator(enum contraction how, double u)
{
    double p = 0x1.03fc12c5fc318p-10;
    p = multiply_add(how, p, u, 0x1.c7194a737eb3fp-4);
    p = multiply_add(how, p, u, 0x1.0000000000000p+0);
    return p;
}

/* tanh(r/4) / r in z = r^2, |r| <= log(2), for exp(-r/2).
   The error is below 2^-58.1. */
static inline double quarter_tangent_numerator(enum contraction how, double u)
{
    double p = 0x1.1530e3b49e518p-20;
    p = multiply_add(how, p, u, 0x1.c70fd478a59e8p-10);
    p = multiply_add(how, p, u, 0x1.0000000000000p-2);
    return p;
}
static inline double quarter_tangent_denominator(enum contraction how, double u)
{
    double p = 0x1.03fc12c5fc318p-14;
    p = multiply_add(how, p, u, 0x1.c7194a737eb3fp-6);
    p = multiply_add(how, p, u, 0x1.0000000000000p+0);
    return p;
}

/* tanh(r/2) / r, |r| <= log(2)/2, with the digits that a fast path for float32 needs.
   The error is below 2^-45.3. */
static inline double fast_half_tangent_numerator(enum contraction how, double u)
{
    double p = 0x1.85fbd489fcdb8p-7;
    p = multiply_add(how, p, u, 0x1.ffffffffffdc5p-2);
    return p;
}
static inline double fast_half_tangent_denominator(enum contraction how, double u)
{
    double p = 0x1.37c776e81c809p-11;
    p = multiply_add(how, p, u, 0x1.b6d44a76aa3b3p-4);
    p = multiply_add(how, p, u, 0x1.0000000000000p+0);
    return p;
}

/* tanh(r/4) / r, |r| <= log(2), likewise.
   The error is below 2^-45.3. */
static inline double fast_quarter_tangent_numerator(enum contraction how, double u)
{
    double p = 0x1.85fbd489fcdb8p-10;
    p = multiply_add(how, p, u, 0x1.ffffffffffdc5p-3);
    return p;
}
static inline double fast_quarter_tangent_denominator(enum contraction how, double u)
{
    double p = 0x1.37c776e81c809p-15;
    p = multiply_add(how, p, u, 0x1.b6d44a76aa3b3p-6);
    p = multiply_add(how, p, u, 0x1.0000000000000p+0);
    return p;
}

/* Phi(-t) exp(t^2/2), 0 <= t <= 20: but for a factor the ratio of J. P. Mills,
   Biometrika 18, 1926.
   The error is below 2^-55.1. */
static inline double mills_numerator(enum contraction how, double u)
{
    double p = 0x1.1ad39b2c05768p-20;
    p = multiply_add(how, p, u, 0x1.f12087096871fp-16);
    p = multiply_add(how, p, u, 0x1.a8a6eea1a438ep-12);
    p = multiply_add(how, p, u, 0x1.c95bb774ad34ep-9);
    p = multiply_add(how, p, u, 0x1.541c1166f7bb9p-6);
    p = multiply_add(how, p, u, 0x1.694ab6d4e6689p-4);
    p = multiply_add(how, p, u, 0x1.125ab9508124fp-2);
    p = multiply_add(how, p, u, 0x1.209e77ee7c63ap-1);
    p = multiply_add(how, p, u, 0x1.81ddad65ef6f4p-1);
    p = multiply_add(how, p, u, 0x1.0000000000000p-1);
    return p;
}
static inline double mills_denominator(enum contraction how, double u)
{
    double p = 0x1.627876928496fp-19;
    p = multiply_add(how, p, u, 0x1.3787373946476p-14);
    p = multiply_add(how, p, u, 0x1.0acdb59e47cfcp-10);
    p = multiply_add(how, p, u, 0x1.210a650013fb7p-7);
    p = multiply_add(how, p, u, 0x1.b28974ebda7d1p-5);
    p = multiply_add(how, p, u, 0x1.d66bb9f22c826p-3);
    p = multiply_add(how, p, u, 0x1.7177d5f9f5eedp-1);
    p = multiply_add(how, p, u, 0x1.9e0a9b90f9fa5p+0);
    p = multiply_add(how, p, u, 0x1.3bbc2db62a8d4p+1);
    p = multiply_add(how, p, u, 0x1.270feb824890bp+1);
    p = multiply_add(how, p, u, 0x1.0000000000000p+0);
    return p;
}

/* The same with fewer digits, 0 <= t <= 14.5.
   The error is below 2^-52.0. */
static inline double short_mills_numerator(enum contraction how, double u)
{
    double p = 0x1.6e5f3b16ab4bfp-18;
    p = multiply_add(how, p, u, 0x1.1989dda80319fp-13);
    p = multiply_add(how, p, u, 0x1.a0b8c1cad357dp-10);
    p = multiply_add(how, p, u, 0x1.7f5089f93538dp-7);
    p = multiply_add(how, p, u, 0x1.dcbc950d55d8fp-5);
    p = multiply_add(how, p, u, 0x1.9a3c32d0f272cp-3);
    p = multiply_add(how, p, u, 0x1.df3a2234cd122p-2);
    p = multiply_add(how, p, u, 0x1.5f9ec72cb3f1bp-1);
    p = multiply_add(how, p, u, 0x1.0000000000001p-1);
    return p;
}
static inline double short_mills_denominator(enum contraction how, double u)
{
    double p = 0x1.cb2de0141c9a2p-17;
    p = multiply_add(how, p, u, 0x1.60db321e97316p-12);
    p = multiply_add(how, p, u, 0x1.0609d669f05dap-8);
    p = multiply_add(how, p, u, 0x1.e5ed54829334ap-6);
    p = multiply_add(how, p, u, 0x1.32dad3d46515dp-3);
    p = multiply_add(how, p, u, 0x1.0fbefaf850bcdp-1);
    p = multiply_add(how, p, u, 0x1.4fa4c8016d7b8p+0);
    p = multiply_add(how, p, u, 0x1.1591fdacfe5f7p+1);
    p = multiply_add(how, p, u, 0x1.15f07865aad64p+1);
    p = multiply_add(how, p, u, 0x1.0000000000000p+0);
    return p;
}

/* The same with the digits that a fast path for float32 needs, 0 <= t <= 12.5, less a
   factor; with adapted coefficients: sums run beside products, of which there are fewer.
   The error is below 2^-40.3. */
static inline double fast_mills_numerator(enum contraction how, double u)
{
    const double z = multiply_add(how, u + 0x1.51bade4c554a9p+2, u, 0x1.e63ffe6a18e70p+3);
    const double w = multiply_add(how, u + 0x1.54e7dbf45a4f1p+1, z, 0x1.a6bc350cc1246p+4);
    const double p = multiply_add(how, w + z - 0x1.5b9d9b1774ea3p+5, w, 0x1.c96379d358b35p+8);
    return p;
}
static inline double fast_mills_denominator(enum contraction how, double u)
{
    const double z = multiply_add(how, u + 0x1.f10da818b200fp+2, u, 0x1.b276dccdb8128p+4);
    const double w = multiply_add(how, u + 0x1.642a280966647p-3, z, 0x1.76cf8e0469190p+6);
    const double p = multiply_add(how, w + z - 0x1.b319a1a706700p+6, w, 0x1.7a5b2748c84d5p+11);
    return multiply_add(how, p, u, 0x1.2f5d24a0d1f43p+11);
}
#define FAST_MILLS_FACTOR 0x1.9884598109c0bp-2

/* Phi(-t) exp(t^2/2) (t + 29/16) - 0.8984375 + (1 + y)/4
   in y = (t - 29/16) / (t + 29/16), 0 <= t <= 39, relative to the product.
   The error is below 2^-58.2. */
static ALWAYS_INLINE double gelu_polynomial(double u)
{
    const double a0 = u * -0x1.1b31ae33aafc6p-5 + 0x1.a7628b50307b8p-8;
    const double a1 = u * 0x1.23f996f80ee41p-5 - 0x1.e84c5d1e5700bp-8;
    const double a2 = u * -0x1.2f9d206e6a833p-8 + 0x1.06fe10d74aa85p-7;
    const double a3 = u * -0x1.16b7fca1119c6p-11 - 0x1.d874431aefdf1p-9;
    const double a4 = u * 0x1.1d9592f60b00dp-11 + 0x1.63635c55d80f0p-11;
    const double a5 = u * -0x1.3c2bb74f5b6c6p-14 + 0x1.27295a973585bp-13;
    const double a6 = u * -0x1.96a9003b807fep-15 - 0x1.9ffd22a25f7a1p-14;
    const double a7 = u * 0x1.ec3b4d7d1b7bep-17 - 0x1.b31beff88a4b3p-19;
    const double a8 = u * 0x1.92e641a682fe7p-18 + 0x1.c3968cf545c0ap-17;
    const double a9 = u * -0x1.45cc6be6f2a0cp-19 - 0x1.1cf12dffa3fe0p-23;
    const double a10 = u * -0x1.5be18bd48bdeap-21 - 0x1.c0b2e5cffb22ep-20;
    const double a11 = u * -0x1.2a861535e9979p-22 - 0x1.5f6866ab27f51p-21;
    const double a12 = u * 0x1.a7a6a4f669d12p-21 + 0x1.93d9fa649e568p-21;
    const double a13 = u * -0x1.9104b9268b888p-22 - 0x1.4403c357a4b2ap-24;
    const double a14 = u * 0x1.025f9d6a01dccp-24 - 0x1.6daa4ada574f7p-24;
    const double u2 = u * u;
    const double b0 = u2 * a1 + a0;
    const double b1 = u2 * a3 + a2;
    const double b2 = u2 * a5 + a4;
    const double b3 = u2 * a7 + a6;
    const double b4 = u2 * a9 + a8;
    const double b5 = u2 * a11 + a10;
    const double b6 = u2 * a13 + a12;
    const double b7 = u2 * 0x1.8ba90e5d001b7p-26 + a14;
    const double u4 = u2 * u2;
    const double c0 = u4 * b1 + b0;
    const double c1 = u4 * b3 + b2;
    const double c2 = u4 * b5 + b4;
    const double c3 = u4 * b7 + b6;
    const double u8 = u4 * u4;
    const double d0 = u8 * c1 + c0;
    const double d1 = u8 * c3 + c2;
    const double u16 = u8 * u8;
    const double e0 = u16 * d1 + d0;
    return e0;
}

/* (Phi(-t) exp(t^2/2) (t + 29/16) - 0.9156907733850469 + (1 + y)/4)
   / (y + 0.4149188995361328), for the derivative, 0 <= t <= 54.25.
   The error is below 2^-58.2. */
static ALWAYS_INLINE double gelu_slope_polynomial(double u)
{
    const double u2 = u * u;
    const double a0 = u2 * 0x1.0417d31aa0498p-5 - 0x1.aa2edb7dd11c4p-6;
    const double a1 = u2 * 0x1.335afde9cf2b3p-7 - 0x1.51e8dd8bf2d9ap-6;
    const double a2 = u2 * -0x1.7eef49505294cp-11 - 0x1.abadbe5deb92bp-9;
    const double a3 = u2 * 0x1.f65811f481d2bp-12 - 0x1.b0bb80f02d959p-9;
    const double a4 = u2 * -0x1.60b113b79570ap-15 + 0x1.f65828968ff78p-12;
    const double a5 = u2 * -0x1.50fdc25e487a2p-14 + 0x1.4bbf5c04cdd35p-13;
    const double a6 = u2 * 0x1.530ef31d772b0p-17 - 0x1.7ce23c45225a6p-15;
    const double a7 = u2 * 0x1.71b381cf4fb61p-17 - 0x1.f135dfca82658p-18;
    const double a8 = u2 * -0x1.aab12dce8f2d4p-20 + 0x1.7b496d2f931fdp-18;
    const double a9 = u2 * -0x1.ef40f5bc56fc7p-20 + 0x1.a6d4cefcb6099p-21;
    const double a10 = u2 * 0x1.dd9085df166fdp-25 - 0x1.c64c0afc53e73p-21;
    const double a11 = u2 * -0x1.96b02e07663e9p-23 + 0x1.a54990d3cdd6dp-24;
    const double a12 = u2 * 0x1.9b572625bcbe5p-26 + 0x1.1923b0b477816p-22;
    const double a13 = u2 * -0x1.7e988a2c1f434p-22 + 0x1.2551f91d3f952p-21;
    const double a14 = u2 * 0x1.ad71ffa18ce56p-25 - 0x1.00596df1f3651p-23;
    const double a15 = u2 * -0x1.7068063c3afd5p-27 + 0x1.adca2926b9844p-24;
    const double b0 = u * a1 + a0;
    const double b1 = u * a3 + a2;
    const double b2 = u * a5 + a4;
    const double b3 = u * a7 + a6;
    const double b4 = u * a9 + a8;
    const double b5 = u * a11 + a10;
    const double b6 = u * a13 + a12;
    const double b7 = u * a15 + a14;
    const double u4 = u2 * u2;
    const double c0 = u4 * b1 + b0;
    const double c1 = u4 * b3 + b2;
    const double c2 = u4 * b5 + b4;
    const double c3 = u4 * b7 + b6;
    const double u8 = u4 * u4;
    const double d0 = u8 * c1 + c0;
    const double d1 = u8 * c3 + c2;
    const double u16 = u8 * u8;
    const double e0 = u16 * d1 + d0;
    const double u32 = u16 * u16;
    const double f0 = u32 * -0x1.d1d4b018899b9p-28 + e0;
    return f0;
}

#endif
