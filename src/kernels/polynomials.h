/* Written by tools/generate_polynomials.py; edit that. */
#ifndef RELU_UFUNC_POLYNOMIALS_H
#define RELU_UFUNC_POLYNOMIALS_H

#include "double_double.h"
#include "inlining.h"

/* (exp(r) - 1 - r - r^2/2) / r^3, |r| <= log(2)/2, for exp.
   The error is below 2^-59.8. */
static inline double exponential_polynomial(double u)
{
    double p = 0x1.1f66d957d0ef0p-29;
    p = p * u + 0x1.af389eea54156p-26;
    p = p * u + 0x1.27e4e1f71bcbbp-22;
    p = p * u + 0x1.71de0db2eb873p-19;
    p = p * u + 0x1.a01a01a47a5abp-16;
    p = p * u + 0x1.a01a01a7c2f2cp-13;
    p = p * u + 0x1.6c16c16c167e2p-10;
    p = p * u + 0x1.11111111109b5p-7;
    p = p * u + 0x1.5555555555555p-5;
    p = p * u + 0x1.5555555555556p-3;
    return p;
}

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

/* (2 atanh(s) - 2 s) / s^3 in z = s^2, |s| <= 1/5, for log1p.
   The error is below 2^-60.1. */
static inline double logarithm_polynomial(double u)
{
    double p = 0x1.fca3393a517bfp-4;
    p = p * u + 0x1.dbe2ab04b94ddp-4;
    p = p * u + 0x1.113097a0f9072p-3;
    p = p * u + 0x1.3b12f14d95cffp-3;
    p = p * u + 0x1.745d19f1e82aap-3;
    p = p * u + 0x1.c71c71c1c5816p-3;
    p = p * u + 0x1.2492492494f45p-2;
    p = p * u + 0x1.9999999999989p-2;
    p = p * u + 0x1.5555555555555p-1;
    return p;
}

/* The same for |s| <= (sqrt(2) - 1) / (sqrt(2) + 1), with fewer digits.
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

/* Phi(-t) exp(t^2/2) (t + 5) in y = (t - 5) / (t + 5), 0 <= t <= 54.25: the
   lower tail of the normal distribution, scaled.
   The first 6 coefficients are two doubles each; the function is of the rest.
   The error is below 2^-60.2. */
static const double LONG_TAIL_POLYNOMIAL_HIGH[6] = {
    0x1.89d3abe1f95aep-1,
    -0x1.54ad03f27ca18p-1,
    0x1.fb31653876f88p-2,
    -0x1.410ed5f875943p-2,
    0x1.51f6329f01c03p-3,
    -0x1.1b1c254ca457cp-4,
};
static const double LONG_TAIL_POLYNOMIAL_LOW[6] = {
    -0x1.0487ba729c24bp-56,
    -0x1.2789a37a3dae5p-58,
    0x1.778313bae6d38p-57,
    0x1.774bd21ecfbfep-58,
    -0x1.1ae3df672a94bp-59,
    -0x1.7c8739a3e2779p-62,
};
static inline double long_tail_polynomial(double u)
{
    double p = 0x1.208ae84fafad9p-34;
    p = p * u + 0x1.6958d63364aa2p-33;
    p = p * u + -0x1.11d6bbfc1ba80p-31;
    p = p * u + -0x1.da2af54453440p-30;
    p = p * u + 0x1.2c2c4ac0d3663p-29;
    p = p * u + 0x1.90349af32e986p-27;
    p = p * u + -0x1.1cafd3cc8f3bep-27;
    p = p * u + -0x1.3071b4383c6dcp-24;
    p = p * u + 0x1.566173c2ca37fp-25;
    p = p * u + 0x1.d4e998e4a1cecp-22;
    p = p * u + -0x1.6708859e21986p-22;
    p = p * u + -0x1.73e6a70fc6f42p-19;
    p = p * u + 0x1.0b133f5dafb59p-18;
    p = p * u + 0x1.17df461d337c6p-16;
    p = p * u + -0x1.a17005e9c13f5p-15;
    p = p * u + -0x1.f2149762510f2p-15;
    p = p * u + 0x1.1daf1abd5fe66p-11;
    p = p * u + -0x1.a250376ffc35dp-11;
    p = p * u + -0x1.88590e977ef33p-9;
    p = p * u + 0x1.54b4d4f485ed8p-6;
    return p;
}

#endif
