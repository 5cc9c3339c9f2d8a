/* Written by tools/generate_float_pairs.py; edit that. */
#ifndef RELU_UFUNC_FLOAT_PAIR_TABLES_H
#define RELU_UFUNC_FLOAT_PAIR_TABLES_H

#include <stdint.h>

#define STEPS_PER_UNIT 0x1.715476p+5f /* 32 / log(2) */
#define STEP 0x1.62e43p-6f /* log(2) / 32, and the rest of it */
#define STEP_LOW -0x1.05c61p-34f

/* (e^-w - 1 + w) / w^2 */
#define EXP_0 0x1p-1f
#define EXP_1 -0x1.5555bap-3f
#define EXP_2 0x1.555598p-5f

/* The bits of 2^(j/32), rounded, less j << 18 */
static const uint32_t POWERS[32] = {
    0x3F800000, 0x3F7ECD87, 0x3F7DAAC3, 0x3F7C980F,
    0x3F7B95C2, 0x3F7AA43A, 0x3F79C3D3, 0x3F78F4F0,
    0x3F7837F0, 0x3F778D3A, 0x3F76F532, 0x3F767043,
    0x3F75FED7, 0x3F75A15B, 0x3F75583F, 0x3F7523F6,
    0x3F7504F3, 0x3F74FBAF, 0x3F7508A4, 0x3F752C4D,
    0x3F75672A, 0x3F75B9BE, 0x3F76248C, 0x3F76A81E,
    0x3F7744FD, 0x3F77FBB8, 0x3F78CCDF, 0x3F79B907,
    0x3F7AC0C7, 0x3F7BE4BA, 0x3F7D257D, 0x3F7E83B3,
};

/* log(2^(j/32) / that float) */
static const float POWER_ERRORS[32] = {
    0x0p+0f, -0x1.947416p-25f, 0x1.8d96d4p-25f, -0x1.dda2fep-25f,
    -0x1.9c0c22p-27f, -0x1.a2fbb4p-25f, 0x1.964902p-25f, -0x1.2b0dbcp-25f,
    0x1.125002p-25f, -0x1.cde8cep-26f, 0x1.370be4p-25f, 0x1.336de2p-30f,
    -0x1.0a3552p-25f, -0x1.c541b6p-26f, -0x1.00d8acp-27f, -0x1.6cb284p-25f,
    0x1.26055cp-26f, 0x1.8b2bb8p-26f, -0x1.05cb44p-25f, -0x1.1c2142p-26f,
    0x1.67a1cap-28f, -0x1.348e56p-25f, 0x1.a3b5e4p-28f, -0x1.0b7ec8p-25f,
    -0x1.f9c306p-27f, -0x1.e4c886p-26f, -0x1.6961b4p-28f, -0x1.b5151ep-28f,
    -0x1.a5217cp-28f, -0x1.ab7132p-26f, 0x1.61428ep-28f, -0x1.2ad5f8p-27f,
};

#endif
