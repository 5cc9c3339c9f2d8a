"""What the documentation says about each function, keyed by its name in ``src/ops.def``.

relu_ufunc/_docstrings.py composes the docstrings and holds what is common to all of them.
"""

from typing import NamedTuple


class Words(NamedTuple):
    """The documentation of one row of the operation table, with the docstring's line breaks.

    Only rows with a backward function have a derivative, a gradient and a backward example.
    """

    summary: str
    #: The value in the README's table.
    brief: str
    #: For the site's table "Which function?": what the reader needs, and why this function fits.
    need: str
    why: str
    #: What the function is for and where it comes from.
    background: str
    #: The values of the outputs.
    value: str
    #: What the function returns for NaN, -0.0 and limits, as a list.
    special_values: str
    #: The names and defaults in the frameworks.
    pytorch: str
    tensorflow: str
    jax: str
    onnx: str
    references: str
    #: Doctests without the imports, which _docstrings.py adds.
    example: str
    see_also: str = ""
    #: The inputs after x, as in numpydoc's section.
    parameters: str = ""
    #: Where the frameworks' values differ.
    differences: str = ""
    #: The derivative in the README's table.
    brief_derivative: str = ""
    #: The values of the backward function.
    gradient: str = ""
    #: The derivative chosen at the kinks, and other remarks on it.
    derivative: str = ""
    backward_example: str = ""


# What the gates have in common.
LINEAR_HALF = """\
y : array_like
    The other half, which is not activated."""
SMOOTH_GATE_VALUES = """\
- Where the activation is exactly 0, at x = 0 and x = -inf, the result is a zero
  for every y, infinities and NaN too; its sign is the product of the signs.
- A NaN x keeps its bits. Elsewhere a NaN y gives NaN.
- inf * 0 is NaN."""
COMPOSED = """\
The frameworks compose it: 0 * inf is NaN there, and so is the value at
x = -inf."""
SHAZEER = """\
.. [1] N. Shazeer, *GLU Variants Improve Transformer*, arXiv:2002.05202,
   2020."""

WORDS = {
    "relu": Words(
        summary="Rectified linear unit: the positive part of x.",
        brief="max(x, 0)",
        need="zero instead of negative values",
        why=(
            "NaN is kept and −0.0 becomes +0.0; with `out=x` it needs no new memory "
            "([how](tour.md#out-and-where))"
        ),
        background="""\
The usual activation of deep networks [1]_. The value is the `maximum` of
IEEE 754-2019 [2]_ of x and +0.""",
        value="y = maximum(x, +0)",
        brief_derivative="1 where x > 0, else 0",
        gradient="dx = dy where x > 0, else +0",
        derivative="The derivative at 0 is 0, as in PyTorch, TensorFlow and JAX.",
        special_values="""\
- -0.0 gives +0.0, for every dtype and length.
- A NaN keeps its bits, including sign and payload; a signalling NaN stays so.
- bool and unsigned integers are returned unchanged.""",
        pytorch="`torch.nn.functional.relu`, `torch.nn.ReLU`",
        tensorflow="`tf.nn.relu`, `keras.ops.relu`, `keras.layers.ReLU`",
        jax="`jax.nn.relu`",
        onnx="Relu",
        differences="""\
PyTorch and ONNX Runtime return -0.0 for -0.0, and TensorFlow does so in
some elements. TensorFlow and JAX flush subnormals to 0. At a NaN the
derivative is 1 in PyTorch and 0 in TensorFlow and JAX; here it is NaN.
TensorFlow multiplies: an infinite `dy` at a dead unit gives NaN.""",
        references="""\
.. [1] V. Nair and G. E. Hinton, *Rectified Linear Units Improve
   Restricted Boltzmann Machines*, ICML 2010.
.. [2] IEEE Std 754-2019, section 9.6: `maximum`.""",
        see_also="leaky_relu, squared_relu, crelu, add_relu",
        example="""\
>>> relu([-2.0, -0.0, 3.0])
array([0., 0., 3.])

In place, on integers:

>>> x = np.array([-2, 0, 3], dtype=np.int8)
>>> relu(x, out=x)
array([0, 0, 3], dtype=int8)""",
        backward_example="""\
>>> x = np.array([-2.0, 0.0, 3.0])
>>> relu_backward([10.0, 20.0, 30.0], x)
array([ 0.,  0., 30.])

With dy = 1 it returns the derivative itself:

>>> relu_backward(1, x)
array([0., 0., 1.])""",
    ),
    "leaky_relu": Words(
        summary="Leaky rectifier: x where x >= 0, slope * x where x is negative.",
        brief="x where x ≥ 0, else slope·x",
        need="units that do not die",
        why="a unit that is off passes on some gradient ([dying units](gallery.md#dying-units))",
        background="A unit that is off still passes on a little gradient [1]_.",
        value="y = x where x >= 0, else slope * x",
        brief_derivative="1 where x > 0, else slope",
        gradient="dx = dy where x > 0, else dy * slope",
        derivative="""\
The derivative at 0 is `slope`, as in PyTorch and TensorFlow; 1 in JAX.
A slope of 0 or 1 multiplies `dy` like any other slope: an infinite `dy`
times a slope of 0 gives NaN.""",
        parameters="""\
slope : array_like
    The factor for negative x: a number or an array. It may be negative or
    above 1. There is no default, because those of the frameworks disagree:
    0.01 in PyTorch, JAX and ONNX, 0.2 in TensorFlow and `keras.ops`, 0.3 in
    Keras's layer.""",
        special_values="""\
- leaky_relu(-inf, 0) is NaN, since 0 * inf is NaN; the frameworks agree.
- -0.0 stays -0.0.
- A NaN x keeps its bits; a NaN slope has an effect only where x is negative.
- A Python float takes on x's dtype: for a float16 x, 0.01 becomes the float16
  nearest to 0.01. Beside the dtypes of ml_dtypes it makes the result float32.""",
        pytorch="""\
`torch.nn.functional.leaky_relu`, `torch.nn.LeakyReLU`;
  ``negative_slope=0.01``""",
        tensorflow="""\
`tf.nn.leaky_relu`, ``alpha=0.2``;
  `keras.ops.leaky_relu`, ``negative_slope=0.2``;
  `keras.layers.LeakyReLU`, ``negative_slope=0.3``""",
        jax="`jax.nn.leaky_relu`, ``negative_slope=0.01``",
        onnx="LeakyRelu, ``alpha=0.01``",
        differences="""\
PyTorch and ONNX Runtime do not round the slope to float16 for a float16 x.
Keras on its NumPy backend computes maximum(x, slope * x), which gives other
values for a slope above 1, and NaN for +inf with a slope of 0.""",
        references="""\
.. [1] A. L. Maas, A. Y. Hannun and A. Y. Ng, *Rectifier Nonlinearities
   Improve Neural Network Acoustic Models*, ICML Workshop on Deep Learning
   for Audio, Speech and Language Processing, 2013.""",
        see_also="prelu, relu",
        example="""\
>>> leaky_relu([-2.0, 0.0, 3.0], 0.1)
array([-0.2,  0. ,  3. ])
>>> leaky_relu([-np.inf], 0)
array([nan])""",
        backward_example="""\
>>> leaky_relu_backward([10.0, 20.0, 30.0], [-2.0, 0.0, 3.0], 0.1)
array([ 1.,  2., 30.])""",
    ),
    "prelu": Words(
        summary="Parametric rectifier: x where x >= 0, a learned slope * x elsewhere.",
        brief="the same, with a learned slope",
        need="a slope that is learned",
        why=(
            "its backward returns the gradient of the slope too, in the same pass "
            "([broadcasting](tour.md#broadcasting))"
        ),
        background="""\
The value is the same as that of `leaky_relu`. The slope is learned together
with the weights [1]_, so `prelu_backward` returns a gradient for it as well.""",
        value="y = x where x >= 0, else slope * x",
        brief_derivative="the same; for the slope: x where x < 0, else 0",
        gradient="""\
dx = dy where x > 0, else dy * slope
dslope = dy * x where x < 0, else +0""",
        derivative="""\
At x = 0 the derivative with respect to x is `slope`, as in PyTorch (0 in
Keras), and that with respect to `slope` is 0. A slope of 0 or 1 multiplies
`dy` like any other slope: an infinite `dy` times a slope of 0 gives NaN.""",
        parameters="""\
slope : array_like
    The factors for negative x, broadcast by NumPy's rules. For one slope per
    channel, pass ``slope.reshape(-1, 1, 1)`` for images in NCHW order, and
    `slope` itself for NHWC order. The frameworks' initial values disagree:
    0.25 in PyTorch, 0 in Keras, 0.01 in Flax.""",
        special_values="""\
- prelu(-inf, 0) is NaN, since 0 * inf is NaN; the frameworks agree.
- -0.0 stays -0.0.
- A NaN x keeps its bits; a NaN slope has an effect only where x is negative.""",
        pytorch="""\
`torch.nn.functional.prelu`, `torch.nn.PReLU`; ``init=0.25``, the
  channels on axis 1""",
        tensorflow="""\
`keras.layers.PReLU`, ``alpha_initializer='Zeros'``; one
  slope per element of an example, except along its ``shared_axes``""",
        jax="""\
`jax.nn.leaky_relu` with an array; `flax.linen.PReLU`, one slope,
  ``negative_slope_init=0.01``""",
        onnx="PRelu; the slope is broadcast to x along trailing axes",
        references="""\
.. [1] K. He, X. Zhang, S. Ren and J. Sun, *Delving Deep into Rectifiers:
   Surpassing Human-Level Performance on ImageNet Classification*, ICCV
   2015.""",
        see_also="leaky_relu, relu",
        example="""\
Two examples with two channels each, and one slope per channel:

>>> x = np.array([[-1.0, 2.0], [-3.0, -4.0]])
>>> prelu(x, np.array([0.5, 0.25]))
array([[-0.5,  2. ],
       [-1.5, -1. ]])""",
        backward_example="""\
The gradient of a slope that is shared along an axis is the sum of `dslope`
along that axis, here with one slope per channel. Sum in a wide dtype, since
in float16 and bfloat16 themselves a long sum comes to a stop:

>>> x = np.array([[-1.0, 2.0], [-3.0, -4.0]])
>>> dy = np.ones_like(x)
>>> dx, dslope = prelu_backward(dy, x, np.array([0.5, 0.25]))
>>> dx
array([[0.5 , 1.  ],
       [0.5 , 0.25]])
>>> dslope.sum(axis=0, dtype=np.float64)
array([-4., -4.])""",
    ),
    "relu6": Words(
        summary="Rectifier limited to 6: x, but at least 0 and at most 6.",
        brief="min(max(x, 0), 6)",
        need="values between 0 and 6",
        why=(
            "a fixed range, which few bits can hold ([unbounded "
            "activations](gallery.md#unbounded-activations))"
        ),
        background="The limit keeps activations within the range of small number formats [1]_.",
        value="y = minimum(maximum(x, +0), 6)",
        brief_derivative="1 where 0 < x < 6, else 0",
        gradient="dx = dy where 0 < x < 6, else +0",
        derivative="The derivative is 0 at both 0 and 6, as in PyTorch, TensorFlow and JAX.",
        special_values="""\
- -0.0 gives +0.0, +inf gives 6.
- A NaN keeps its bits, including sign and payload; a signalling NaN stays so.""",
        pytorch="`torch.nn.functional.relu6`, `torch.nn.ReLU6`",
        tensorflow="`tf.nn.relu6`, `keras.ops.relu6`",
        jax="`jax.nn.relu6`",
        onnx="Clip with a min of 0 and a max of 6",
        differences="""\
PyTorch and ONNX Runtime return -0.0 for -0.0. JAX returns float32 for
integers. At a NaN the derivative is 1 in PyTorch and 0 in TensorFlow and
JAX; here it is NaN.""",
        references="""\
.. [1] A. Krizhevsky, *Convolutional Deep Belief Networks on CIFAR-10*,
   manuscript, 2010.""",
        see_also="clipped_relu, relu",
        example="""\
>>> relu6([-2.0, 3.0, 8.0])
array([0., 3., 6.])""",
        backward_example="""\
>>> relu6_backward([10.0, 20.0, 30.0], [-2.0, 3.0, 6.0])
array([ 0., 20.,  0.])""",
    ),
    "clipped_relu": Words(
        summary="Rectifier with an upper limit: x, but at least 0 and at most max_value.",
        brief="min(max(x, 0), max_value)",
        need="values below a limit of your own",
        why="one limit or an array of them; a NaN stays NaN ([limits](semantics.md#limits))",
        background="It has been used with a limit of 20 in speech recognition [1]_.",
        value="y = minimum(maximum(x, +0), max_value)",
        brief_derivative="1 where 0 < x < max_value, else 0",
        gradient="dx = dy where 0 < x < max_value, else +0",
        derivative="""\
The derivative is 0 at both 0 and `max_value`, as in PyTorch's `hardtanh`;
that of `torch.clamp` is 1 at both, and 0 from PyTorch 2.14 on, or 0.5 if the
limits are tensors. A NaN max_value is the result.""",
        parameters="""\
max_value : array_like
    The upper limit: a number or an array. There is no default, because those
    of the frameworks disagree: 1 in PyTorch's `hardtanh`, none in Keras and
    ONNX.""",
        special_values="""\
- max_value <= 0 gives max_value for every x that is not NaN, or +0.0 if
  max_value is -0.0.
- -0.0 gives +0.0 where max_value > 0.
- A NaN x keeps its bits; for any other x a NaN max_value is the result.""",
        pytorch="""\
`torch.clamp` with a min of 0; `torch.nn.functional.hardtanh`,
  ``min_val=-1.0``, ``max_val=1.0``""",
        tensorflow="""\
`tf.clip_by_value`;
  `keras.activations.relu` and `keras.layers.ReLU`, ``max_value=None``""",
        jax="`jax.numpy.clip`",
        onnx="Clip with a min of 0; no max unless given",
        differences="""\
For a negative max_value `tf.clip_by_value` returns 0, and `hardtanh` and
Keras's layer raise an error; `torch.clamp`, `jax.numpy.clip` and Clip return
max_value, as here. ONNX Runtime ignores a NaN max.""",
        references="""\
.. [1] A. Hannun et al., *Deep Speech: Scaling up End-to-End Speech
   Recognition*, arXiv:1412.5567, 2014.""",
        see_also="relu6, relu",
        example="""\
>>> clipped_relu([-2.0, 3.0, 25.0], 20)
array([ 0.,  3., 20.])""",
        backward_example="""\
>>> clipped_relu_backward([10.0, 20.0, 30.0], [-2.0, 3.0, 25.0], 20)
array([ 0., 20.,  0.])""",
    ),
    "thresholded_relu": Words(
        summary="Thresholded rectifier: x where x > theta, else 0.",
        brief="x where x > theta, else 0",
        need="zero up to a threshold",
        why="values above the threshold are kept unchanged ([kinks](semantics.md#kinks))",
        background="Small activations are set to 0, and the others are kept unchanged [1]_.",
        value="y = x where x > theta, else +0",
        brief_derivative="1 where x > theta, else 0",
        gradient="dx = dy where x > theta, else +0",
        derivative="""\
The comparison is strict: at x = theta the value and the derivative are 0, as
in PyTorch, Keras and ONNX. A NaN theta is the result.""",
        parameters="""\
theta : array_like
    The threshold: a number or an array. A threshold below 0 lets negative x
    through. There is no default, because those of the frameworks disagree:
    0 in Keras, 1 in ONNX and in Keras's earlier ThresholdedReLU layer, none
    in PyTorch.""",
        special_values="""\
- The result is never -0.0 where theta >= 0.
- A NaN x keeps its bits; for any other x a NaN theta is the result.""",
        pytorch="""\
`torch.nn.functional.threshold`, `torch.nn.Threshold`, with a value
  of 0""",
        tensorflow="""\
`keras.ops.threshold` with a default_value of 0;
  `keras.activations.relu` and `keras.layers.ReLU`, ``threshold=0.0``""",
        jax="``jnp.where(x > theta, x, 0)``",
        onnx="ThresholdedRelu, ``alpha=1.0``",
        differences="""\
A NaN x gives NaN in PyTorch and 0 in Keras, ONNX and the JAX spelling. A
NaN threshold gives x in PyTorch and 0 in ONNX.""",
        references="""\
.. [1] K. Konda, R. Memisevic and D. Krueger, *Zero-Bias Autoencoders and
   the Benefits of Co-Adapting Features*, ICLR 2015.""",
        see_also="relu, add_relu",
        example="""\
>>> thresholded_relu([0.5, 1.0, 1.5], 1)
array([0. , 0. , 1.5])""",
        backward_example="""\
>>> thresholded_relu_backward([10.0, 20.0, 30.0], [0.5, 1.0, 1.5], 1)
array([ 0.,  0., 30.])""",
    ),
    "squared_relu": Words(
        summary="Squared rectifier: the square of the positive part of x.",
        brief="max(x, 0)²",
        need="a derivative without a jump",
        why="the square of the positive part; integers wrap ([integers](semantics.md#integers))",
        background="It was found in a search for more efficient transformers [1]_.",
        value="y = maximum(x, +0) ** 2",
        brief_derivative="2·max(x, 0)",
        gradient="dx = 2 * (dy * x) where x > 0, else +0",
        derivative="""\
The derivative, 2 * maximum(x, +0), is continuous. Where x <= 0 the gradient
+0 is selected, so that an infinite or NaN `dy` has no effect there. Integers
wrap around.""",
        special_values="""\
- -0.0 gives +0.0. A NaN keeps its bits.
- A large x overflows to inf without a warning, in float16 from 256 on.
- Integers wrap around, as in `numpy.square`.""",
        pytorch="``torch.relu(x).square()``",
        tensorflow="``tf.square(tf.nn.relu(x))``",
        jax="``jnp.square(jax.nn.relu(x))``",
        onnx="Relu, then Mul with itself",
        differences="""\
At a NaN the derivative is 0 in JAX, but NaN here, in PyTorch and in
TensorFlow. TensorFlow multiplies: an infinite `dy` at a dead unit gives NaN.""",
        references="""\
.. [1] D. R. So et al., *Primer: Searching for Efficient Transformers for
   Language Modeling*, NeurIPS 2021.""",
        see_also="relu, numpy.square",
        example="""\
>>> squared_relu([-2.0, 0.5, 3.0])
array([0.  , 0.25, 9.  ])""",
        backward_example="""\
>>> squared_relu_backward([10.0, 10.0, 10.0], [-2.0, 0.5, 3.0])
array([ 0., 10., 60.])""",
    ),
    "crelu": Words(
        summary="Concatenated rectifier: the positive parts of x and of -x.",
        brief="max(x, 0) and max(−x, 0)",
        need="both signs, separately",
        why="the positive and the negative part in one pass over x",
        background="""\
The two parts are returned as separate arrays. They give twice as many
features from one set of filters [1]_. Their difference is x.""",
        value="""\
y = maximum(x, +0)
z = -x where x < 0, else +0""",
        special_values="""\
- Neither output is ever -0.0. A NaN keeps its bits in both.
- Unsigned integers: the second output is 0. The smallest signed integer
  gives (0, 0), since its negation wraps around to itself.""",
        pytorch="``torch.cat((torch.relu(x), torch.relu(-x)), dim)``",
        tensorflow="`tf.nn.crelu`, which joins the two, ``axis=-1``",
        jax="``jnp.concatenate((jax.nn.relu(x), jax.nn.relu(-x)), axis)``",
        onnx="Relu, Neg and Relu, Concat",
        differences="""\
TensorFlow returns -0.0 in some elements, and flips the sign of a NaN in the
second half.""",
        references="""\
.. [1] W. Shang, K. Sohn, D. Almeida and H. Lee, *Understanding and
   Improving Convolutional Neural Networks via Concatenated Rectified
   Linear Units*, ICML 2016.""",
        see_also="relu",
        example="""\
>>> x = np.array([-2.0, 3.0])
>>> crelu(x)
(array([0., 3.]), array([2., 0.]))

To join the two without a further copy:

>>> joined = np.empty(4)
>>> halves = crelu(x, out=(joined[:2], joined[2:]))
>>> joined
array([0., 3., 2., 0.])""",
    ),
    "add_relu": Words(
        summary="Add, then rectify: the positive part of x + b.",
        brief="max(x + b, 0)",
        need="a bias or a residual added first",
        why=(
            "it needs no array for the sum; its `accumulate` is the CUSUM statistic "
            "([methods](tour.md#ufunc-methods))"
        ),
        background="""\
It adds a bias or a residual connection in the same pass. With b = -k the
value is the part of x above k. ``add_relu.accumulate`` is the CUSUM statistic
[1]_.""",
        value="y = maximum(x + b, +0)",
        parameters="""\
b : array_like
    The summand: a bias, a residual, or minus a threshold.""",
        special_values="""\
- The result is never -0.0. A NaN in `x` or `b`, and inf - inf, give NaN.
- Integers wrap around, as in `numpy.add`.
- `accumulate` does not rectify the first element: begin with a 0. Its sums,
  and those of `reduce`, are rounded or wrap around in the dtype, for which
  `dtype` gives a wider one.""",
        pytorch="``torch.relu(x + b)``",
        tensorflow="``tf.nn.relu(x + b)``",
        jax="``jax.nn.relu(x + b)``",
        onnx="Add, then Relu",
        references="""\
.. [1] E. S. Page, *Continuous Inspection Schemes*, Biometrika 41, 1954,
   pages 100-115.""",
        see_also="affine_relu, relu, numpy.add",
        example="""\
>>> add_relu([-2.0, 0.5, 3.0], [1.0, 1.0, -4.0])
array([0. , 1.5, 0. ])

The CUSUM statistic adds up the deviations, but never falls below 0:

>>> add_relu.accumulate([0.0, 1.0, -3.0, 2.0, 2.0])
array([0., 1., 0., 2., 4.])""",
    ),
    "affine_relu": Words(
        summary="Scale, shift, rectify: the positive part of x * scale + shift.",
        brief="max(x·scale + shift, 0)",
        need="a normalisation applied first",
        why=(
            "all three steps in one pass "
            "([recipe](pipelines.md#batch-normalisation-and-relu-in-one-pass))"
        ),
        background="""\
A batch normalisation with fixed statistics is such a scale and shift [1]_.
It takes a single pass together with the rectifier that follows it.""",
        value="y = maximum(x * scale + shift, +0)",
        parameters="""\
scale : array_like
    The factor: a number or an array, e.g. one per channel.
shift : array_like
    The summand: a number or an array.""",
        special_values="""\
- The product and the sum are two operations and are never contracted to a
  fused multiply-add, so that every processor gives the same bits.
- The result is never -0.0. A NaN in any input, 0 * inf and inf - inf give
  NaN.""",
        pytorch="``torch.relu(x * scale + shift)``",
        tensorflow="``tf.nn.relu(x * scale + shift)``",
        jax="``jax.nn.relu(x * scale + shift)``",
        onnx="Mul, Add, Relu; or BatchNormalization, Relu",
        references="""\
.. [1] S. Ioffe and C. Szegedy, *Batch Normalization: Accelerating Deep
   Network Training by Reducing Internal Covariate Shift*, ICML 2015.""",
        see_also="add_relu, relu",
        example="""\
>>> affine_relu([-2.0, 0.5, 3.0], 2.0, 1.0)
array([0., 2., 7.])""",
    ),
    "soft_threshold": Words(
        summary="Soft thresholding: x moved towards 0 by a threshold, and 0 within it.",
        brief="sign(x)·max(abs(x) − threshold, 0)",
        need="small values to 0, and the others smaller",
        why=(
            "the proximal step of the lasso and of wavelet shrinkage in one pass "
            "([thresholds](semantics.md#thresholds))"
        ),
        background="""\
The proximal operator of threshold * abs(x): the step between the gradients of
ISTA and FISTA [1]_, which solve a lasso. It removes the noise from wavelet
coefficients [2]_. Also known as soft shrinkage.""",
        value="y = sign(x) * maximum(abs(x) - threshold, +0)",
        brief_derivative="1 where abs(x) > threshold, else 0",
        gradient="dx = dy where abs(x) > threshold, else +0",
        derivative="""\
The comparison is strict: at abs(x) = threshold the value and the derivative
are 0, as in PyTorch, Keras and ONNX. A NaN threshold is the result. The
gradient with respect to the threshold is ``-np.sign(x) * dx``, summed over the
axes along which it was broadcast, in float32 or wider.""",
        parameters="""\
threshold : array_like
    The threshold: a number or an array, not negative if values are to become
    smaller. There is no default; that of PyTorch, Keras and ONNX is 0.5, and
    PyWavelets has none.""",
        special_values="""\
- Where x is not 0, a threshold below 0 moves it away from 0.
- The result is 0 where abs(x) = threshold, also if both are infinite, and
  where x is 0. A 0 that is selected is +0.0.
- A NaN x keeps its bits; for any other x a NaN threshold is the result.
- Integers: with a threshold >= 0 no result wraps around, that of the smallest
  integer included. With one below 0 results wrap around as in `numpy.add`.""",
        pytorch="""\
`torch.nn.functional.softshrink`, `torch.nn.Softshrink`,
  ``lambd=0.5``""",
        tensorflow="`keras.ops.soft_shrink`, ``threshold=0.5``",
        jax="``jnp.sign(x) * jnp.maximum(jnp.abs(x) - threshold, 0)``",
        onnx="""\
Shrink, ``lambd=0.5``, with a bias equal to lambd; its default is 0""",
        differences="""\
A NaN x gives 0 in Keras and ONNX Runtime, and so does a NaN threshold.
PyTorch raises an error for a threshold that is negative, infinite or NaN. For
a negative one Keras and ONNX Runtime test one sign before the other. PyTorch
returns -0.0 for some negative x.
`pywt.threshold` of PyWavelets 1.8 computes ``x * (1 - threshold/abs(x))``,
which loses digits near the threshold, and is NaN where both are 0; it returns
float64 for integers.""",
        references="""\
.. [1] A. Beck and M. Teboulle, *A Fast Iterative Shrinkage-Thresholding
   Algorithm for Linear Inverse Problems*, SIAM Journal on Imaging
   Sciences 2, 2009, pages 183-202.
.. [2] D. L. Donoho, *De-noising by Soft-Thresholding*, IEEE Transactions on
   Information Theory 41, 1995, pages 613-627.""",
        see_also="hard_threshold, thresholded_relu, add_relu",
        example="""\
>>> soft_threshold([-3.0, -1.0, 0.5, 3.0], 1)
array([-2.,  0.,  0.,  2.])""",
        backward_example="""\
>>> soft_threshold_backward([10.0, 20.0, 30.0], [-3.0, 1.0, 3.0], 1)
array([10.,  0., 30.])

The gradient with respect to one threshold, summed in a wide dtype:

>>> x, dy = np.array([-3.0, 1.0, 3.0]), np.array([10.0, 20.0, 30.0])
>>> dx = soft_threshold_backward(dy, x, 1)
>>> -np.sum(np.sign(x) * dx, dtype=np.float64, keepdims=True)
array([-20.])""",
    ),
    "hard_threshold": Words(
        summary="Hard thresholding: x where abs(x) is above a threshold, else 0.",
        brief="x where abs(x) > threshold, else 0",
        need="small values to 0, of either sign",
        why="values beyond the threshold stay unchanged ([thresholds](semantics.md#thresholds))",
        background="""\
It removes the noise from wavelet coefficients, and leaves the others as they
are [1]_; with it the iteration for a lasso seeks few coefficients instead of
small ones [2]_. Also known as hard shrinkage.""",
        value="y = x where abs(x) > threshold, else +0",
        brief_derivative="1 where abs(x) > threshold, else 0",
        gradient="dx = dy where abs(x) > threshold, else +0",
        derivative="""\
The comparison is strict: at abs(x) = threshold the value and the derivative
are 0, as in PyTorch, Keras and ONNX. A NaN threshold is the result. The
derivative with respect to the threshold is 0 wherever there is one.""",
        parameters="""\
threshold : array_like
    The threshold: a number or an array. Below 0 it keeps every x. There is no
    default; that of PyTorch, Keras and ONNX is 0.5, and PyWavelets has none.""",
        special_values="""\
- The result is never -0.0 where threshold >= 0.
- A NaN x keeps its bits; for any other x a NaN threshold is the result.
- The smallest integer is beyond every threshold, although `numpy.abs` of it is
  negative.""",
        pytorch="""\
`torch.nn.functional.hardshrink`, `torch.nn.Hardshrink`,
  ``lambd=0.5``""",
        tensorflow="`keras.ops.hard_shrink`, ``threshold=0.5``",
        jax="``jnp.where(jnp.abs(x) > threshold, x, 0)``",
        onnx="Shrink, ``lambd=0.5``, with a bias of 0",
        differences="""\
A NaN x gives 0 in Keras, ONNX Runtime and the JAX spelling. A NaN threshold
gives x in PyTorch, and 0 in the others.
`pywt.threshold` of PyWavelets with the mode 'hard' keeps an x of exactly the
threshold.""",
        references="""\
.. [1] D. L. Donoho and I. M. Johnstone, *Ideal Spatial Adaptation by Wavelet
   Shrinkage*, Biometrika 81, 1994, pages 425-455.
.. [2] T. Blumensath and M. E. Davies, *Iterative Thresholding for Sparse
   Approximations*, Journal of Fourier Analysis and Applications 14, 2008,
   pages 629-654.""",
        see_also="soft_threshold, thresholded_relu",
        example="""\
>>> hard_threshold([-3.0, -1.0, 0.5, 3.0], 1)
array([-3.,  0.,  0.,  3.])""",
        backward_example="""\
>>> hard_threshold_backward([10.0, 20.0, 30.0], [-3.0, 1.0, 3.0], 1)
array([10.,  0., 30.])""",
    ),
    "reglu": Words(
        summary="ReLU gate: the positive part of x, times y.",
        brief="max(x, 0)·y",
        need="a gate that is shut for negative x",
        why="the product in the same pass as the rectifier ([gates](semantics.md#gates))",
        background="""\
The gated linear unit of a feed-forward layer, with `relu` for the logistic
function [1]_. x and y are two linear maps of one input.""",
        value="z = x * y where x > 0, else +0",
        brief_derivative="y where x > 0, else 0; for y: max(x, 0)",
        gradient="""\
dx = dz * y where x > 0, else +0
dy = dz * x where x > 0, else +0""",
        derivative="Both derivatives at x = 0 are 0.",
        parameters=LINEAR_HALF,
        special_values="""\
- Where x <= 0 the result is +0.0 for every y, infinities and NaN too.
- A NaN x keeps its bits. Where x > 0 a NaN y gives NaN, and so does inf * 0.""",
        pytorch="``torch.relu(x) * y``",
        tensorflow="``tf.nn.relu(x) * y``",
        jax="``jax.nn.relu(x) * y``",
        onnx="Relu, then Mul",
        differences="""\
The frameworks multiply: where x <= 0, an infinite or NaN y gives NaN, and a
negative y -0.0.""",
        references=SHAZEER,
        see_also="swiglu, geglu, relu",
        example="""\
>>> reglu([-2.0, 0.5, 3.0], [np.inf, 4.0, -1.0])
array([ 0.,  2., -3.])""",
        backward_example="""\
>>> dx, dy = reglu_backward(1.0, [-2.0, 0.5, 3.0], [np.inf, 4.0, -1.0])
>>> dx, dy
(array([ 0.,  4., -1.]), array([0. , 0.5, 3. ]))""",
    ),
    "softplus": Words(
        summary="Softplus: the smooth rectifier log(1 + exp(x)).",
        brief="log(1 + eˣ)",
        need="a positive result without a kink",
        why=(
            "its derivative is the logistic function; a large x does not overflow "
            "([limits](semantics.md#the-smooth-rectifiers))"
        ),
        background="""\
A rectifier without a corner [1]_, positive everywhere: for scales, rates
and standard deviations that a network puts out.""",
        value="y = log(1 + exp(x))",
        brief_derivative="1/(1 + e⁻ˣ)",
        gradient="dx = dy / (1 + exp(-x))",
        derivative="The derivative is the logistic function.",
        special_values="""\
- -inf gives +0.0, +inf gives inf, and both zeros log(2).
- A NaN keeps its bits: sign, payload, and signalling ones too.""",
        pytorch="""\
`torch.nn.functional.softplus`, `torch.nn.Softplus`; ``beta=1``,
  ``threshold=20``""",
        tensorflow="`tf.nn.softplus`, `keras.ops.softplus`",
        jax="`jax.nn.softplus`",
        onnx="Softplus",
        differences="""\
PyTorch returns x itself above its threshold, which in float64 is off by half
a million ulp at 20. Below -87.3, in float32, TensorFlow and JAX return 0. ONNX
Runtime returns infinity above 88.7 in float16 and above 709.7 in float64. With
another beta, softplus(beta * x) / beta is PyTorch's.""",
        references="""\
.. [1] C. Dugas et al., *Incorporating Second-Order Functional Knowledge
   for Better Option Pricing*, NIPS 2000.""",
        see_also="squareplus, relu, numpy.logaddexp",
        example="""\
>>> softplus([0.0]) == np.log(2)
array([ True])
>>> softplus([-np.inf, -1000.0, 1000.0])
array([   0.,    0., 1000.])""",
        backward_example="""\
>>> softplus_backward(3.0, [-np.inf, 0.0, 1000.0])
array([0. , 1.5, 3. ])""",
    ),
    "log_sigmoid": Words(
        summary="The logarithm of the logistic function, -log(1 + exp(-x)).",
        brief="−log(1 + e⁻ˣ)",
        need="the logarithm of a probability, from its logit",
        why="no cancellation and no overflow; it is −`softplus`(−x)",
        background="""\
The log-likelihood of a label in logistic regression [1]_, and of the pairs that
contrastive losses and preference tuning compare.""",
        value="y = -log(1 + exp(-x)) = min(x, 0) - log(1 + exp(-abs(x)))",
        brief_derivative="1/(1 + eˣ)",
        gradient="dx = dy / (1 + exp(x))",
        derivative="""\
The derivative is the logistic function of -x: 1/2 at 0, 1 at -inf. At inf it
is 0, but below it an infinite `dy` times it is infinite.""",
        special_values="""\
- +inf gives -0.0, the limit, and so does an x for which exp(-x) is too small
  for the dtype; -inf gives -inf.
- A NaN keeps its bits: sign, payload, and signalling ones too.""",
        pytorch="`torch.nn.functional.logsigmoid`, `torch.nn.LogSigmoid`",
        tensorflow="`tf.math.log_sigmoid`, `keras.ops.log_sigmoid`",
        jax="`jax.nn.log_sigmoid`",
        onnx="Neg, Softplus, Neg",
        differences="""\
PyTorch returns +0.0 where the value is too small for the dtype. In float32
TensorFlow and JAX return 0 early, above 87.3.""",
        references="""\
.. [1] D. R. Cox, *The Regression Analysis of Binary Sequences*, Journal of the
   Royal Statistical Society B 20, 1958, pages 215-242.""",
        see_also="softplus, hard_sigmoid",
        example="""\
>>> log_sigmoid([-800.0, 0.0, np.inf])
array([-8.00000000e+02, -6.93147181e-01, -0.00000000e+00])""",
        backward_example="""\
>>> log_sigmoid_backward(10.0, [-np.inf, 0.0, np.inf])
array([10.,  5.,  0.])""",
    ),
    "elu": Words(
        summary="Exponential linear unit: x where x >= 0, alpha * (exp(x) - 1) elsewhere.",
        brief="x where x ≥ 0, else alpha·(eˣ − 1)",
        need="negative values that level off",
        why=(
            "they tend to −alpha, so that the mean of the activations is nearer to 0 "
            "([measured](gallery.md#smooth-rectifiers))"
        ),
        background="""\
Negative values, down to -alpha, keep the mean of the activations near 0
[1]_.""",
        value="y = x where x >= 0, else alpha * (exp(x) - 1)",
        brief_derivative="1 where x > 0, else alpha·eˣ",
        gradient="dx = dy where x > 0, else dy * alpha * exp(x)",
        derivative="""\
The derivative at 0 is `alpha`, as in PyTorch, Keras and JAX; the two sides
agree where alpha is 1.""",
        parameters="""\
alpha : array_like
    Minus the limit at -inf: a number, or an array. It may have any sign.
    1 in every framework by default, and the value for which results are
    proven to be correctly rounded.""",
        special_values="""\
- -0.0 stays -0.0, -inf gives -alpha.
- A NaN x keeps its bits; a NaN alpha shows only where x is negative.""",
        pytorch="`torch.nn.functional.elu`, `torch.nn.ELU`; ``alpha=1.0``",
        tensorflow="""\
`tf.nn.elu`, without alpha; `keras.ops.elu` and
  `keras.layers.ELU`, ``alpha=1.0``""",
        jax="`jax.nn.elu`, ``alpha=1.0``",
        onnx="Elu, ``alpha=1.0``",
        differences="""\
TensorFlow, Keras and ONNX Runtime compute exp(x) - 1, of which nothing is left
near 0. At a NaN the derivative is 1 in PyTorch and TensorFlow, and alpha in
Keras.""",
        references="""\
.. [1] D.-A. Clevert, T. Unterthiner and S. Hochreiter, *Fast and Accurate
   Deep Network Learning by Exponential Linear Units (ELUs)*, ICLR 2016.""",
        see_also="celu, selu, leaky_relu",
        example="""\
>>> elu([-np.inf, -0.0, 3.0], 0.5)
array([-0.5, -0. ,  3. ])""",
        backward_example="""\
>>> elu_backward([10.0, 20.0, 30.0], [-np.inf, 0.0, 3.0], 0.5)
array([ 0., 10., 30.])""",
    ),
    "selu": Words(
        summary="Scaled exponential linear unit: elu with two constants that normalise.",
        brief="1.0507·elu(x, 1.6733)",
        need="activations that normalise themselves",
        why="`elu` with the two constants that keep mean 0 and variance 1",
        background="""\
With these constants, 1.0507009873554804934 and 1.6732632423543772848, the
activations of a deep network keep mean 0 and variance 1 [1]_.""",
        value="y = scale * x where x >= 0, else scale * alpha * (exp(x) - 1)",
        brief_derivative="1.0507 where x > 0, else 1.7581·eˣ",
        gradient="dx = dy * scale where x > 0, else dy * scale * alpha * exp(x)",
        derivative="The derivative at 0 is scale * alpha, as in PyTorch and JAX.",
        special_values="""\
- -0.0 stays -0.0, -inf gives -1.7580993408473768.
- A NaN keeps its bits: sign, payload, and signalling ones too.""",
        pytorch="`torch.nn.functional.selu`, `torch.nn.SELU`",
        tensorflow="`tf.nn.selu`, `keras.ops.selu`",
        jax="`jax.nn.selu`",
        onnx="Selu, whose default constants have the digits of a float32",
        differences="""\
TensorFlow, Keras and ONNX Runtime compute exp(x) - 1, of which nothing is left
near 0. Where it is 0, at x = 0 too, the derivative is scale in TensorFlow. At
a NaN it is scale in PyTorch and TensorFlow.""",
        references="""\
.. [1] G. Klambauer et al., *Self-Normalizing Neural Networks*, NIPS 2017.""",
        see_also="elu, celu",
        example="""\
>>> selu([-np.inf, -0.0, 1.0])
array([-1.75809934, -0.        ,  1.05070099])""",
        backward_example="""\
>>> selu_backward([1.0, 1.0, 1.0], [-np.inf, 0.0, 1.0])
array([0.        , 1.75809934, 1.05070099])""",
    ),
    "celu": Words(
        summary="Continuously differentiable exponential linear unit.",
        brief="x where x ≥ 0, else alpha·(e^(x/alpha) − 1)",
        need="an `elu` without a jump in its derivative",
        why="the derivative is 1 at 0 for every alpha",
        background="The derivative has no jump at 0, whatever alpha is [1]_.",
        value="y = x where x >= 0, else alpha * (exp(x / alpha) - 1)",
        brief_derivative="1 where x > 0, else e^(x/alpha)",
        gradient="dx = dy where x > 0, else dy * exp(x / alpha)",
        derivative="The derivative at 0 is 1.",
        parameters="""\
alpha : array_like
    Minus the limit at -inf: a number, or an array, above 0. 1 in every
    framework by default, and the value for which results are proven to be
    correctly rounded.""",
        special_values="""\
- -0.0 stays -0.0, -inf gives -alpha.
- An alpha of 0 gives -0.0 where x is negative, an infinite one NaN.
- A NaN x keeps its bits; a NaN alpha shows only where x is negative.""",
        pytorch="`torch.nn.functional.celu`, `torch.nn.CELU`; ``alpha=1.0``",
        tensorflow="`keras.ops.celu`, ``alpha=1.0``",
        jax="`jax.nn.celu`, ``alpha=1.0``",
        onnx="Celu, ``alpha=1.0``",
        differences="""\
PyTorch raises for an alpha of 0. JAX and ONNX Runtime return +0.0 for -0.0, and
so does Keras in some elements. In Keras the derivative at 0 is 2. At a NaN it is
1 in PyTorch and 0 in Keras. ONNX Runtime computes exp(x) - 1.""",
        references="""\
.. [1] J. T. Barron, *Continuously Differentiable Exponential Linear
   Units*, arXiv:1704.07483, 2017.""",
        see_also="elu, selu",
        example="""\
>>> celu([-np.inf, -0.0, 3.0], 0.5)
array([-0.5, -0. ,  3. ])""",
        backward_example="""\
>>> celu_backward([10.0, 20.0, 30.0], [-np.inf, 0.0, 3.0], 0.5)
array([ 0., 20., 30.])""",
    ),
    "gelu": Words(
        summary="Gaussian error linear unit: x times the normal distribution function of x.",
        brief="x·Φ(x)",
        need="the activation of BERT and of many transformers",
        why="the exact form with Φ(x), whose tail far below 0 is kept",
        background="""\
The activation of BERT, GPT and most transformers since [1]_, in its exact
form; `gelu_tanh` is the approximation.""",
        value="y = x * erfc(-x / sqrt(2)) / 2",
        brief_derivative="Φ(x) + x·φ(x)",
        gradient="dx = dy * (Phi(x) + x * phi(x)), phi the normal density",
        derivative="The derivative is negative below -0.7518, and 1/2 at 0.",
        special_values="""\
- -inf gives -0.0, the limit; -0.0 stays -0.0; +inf gives inf.
- A NaN keeps its bits: sign, payload, and signalling ones too.""",
        pytorch="""\
`torch.nn.functional.gelu`, `torch.nn.GELU`;
  ``approximate='none'``""",
        tensorflow="""\
`tf.nn.gelu` and `keras.activations.gelu`,
  ``approximate=False``; `keras.ops.gelu`, ``approximate=True``""",
        jax="`jax.nn.gelu`, ``approximate=False``",
        onnx="Gelu, ``approximate='none'``",
        differences="""\
PyTorch and ONNX Runtime compute 1 + erf(x / sqrt(2)), of which nothing is left
below -5.5 in float32. TensorFlow and JAX compute erfc(-x / sqrt(2)); below -13
they return 0. All return NaN for -inf, and PyTorch's float32 for inf, too.""",
        references="""\
.. [1] D. Hendrycks and K. Gimpel, *Gaussian Error Linear Units (GELUs)*,
   arXiv:1606.08415, 2016.""",
        see_also="gelu_tanh, silu",
        example="""\
>>> gelu([-np.inf, -0.0, 1.0])
array([-0.        , -0.        ,  0.84134475])""",
        backward_example="""\
>>> gelu_backward(3.0, [-np.inf, 0.0, np.inf])
array([-0. ,  1.5,  3. ])""",
    ),
    "gelu_tanh": Words(
        summary="Gaussian error linear unit, as approximated with tanh.",
        brief="x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))",
        need="the GELU of GPT-2",
        why="the approximation with tanh, for weights that were trained with it",
        background="""\
The form of GPT-2 and of many networks after it [1]_: for weights that were
trained with it.""",
        value="y = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))",
        brief_derivative="its derivative",
        gradient="dx = dy * dy/dx, with z = 2 * sqrt(2 / pi) * (x + 0.044715 * x**3):\n"
        "dy/dx = (1 + x * dz/dx / (1 + exp(z))) / (1 + exp(-z))",
        derivative="The derivative is negative below -0.7525, and 1/2 at 0.",
        special_values="""\
- -inf gives -0.0, the limit; -0.0 stays -0.0; +inf gives inf.
- A NaN keeps its bits: sign, payload, and signalling ones too.""",
        pytorch="`torch.nn.functional.gelu`, ``approximate='tanh'``",
        tensorflow="""\
`tf.nn.gelu`, ``approximate=True``; `keras.ops.gelu`,
  where it is the default""",
        jax="`jax.nn.gelu`, ``approximate=True``, its default",
        onnx="Gelu, ``approximate='tanh'``",
        differences="""\
The frameworks compute 1 + tanh(...), of which nothing is left below -5 in
float32. All return NaN for -inf. The derivative is NaN where x**2 or x**3
overflows.""",
        references="""\
.. [1] D. Hendrycks and K. Gimpel, *Gaussian Error Linear Units (GELUs)*,
   arXiv:1606.08415, 2016.""",
        see_also="gelu, silu",
        example="""\
>>> gelu_tanh([-np.inf, -0.0, 1.0])
array([-0.        , -0.        ,  0.84119199])""",
        backward_example="""\
>>> gelu_tanh_backward(3.0, [-np.inf, 0.0, np.inf])
array([-0. ,  1.5,  3. ])""",
    ),
    "silu": Words(
        summary="Sigmoid linear unit, or swish: x times the logistic function of x.",
        brief="x/(1 + e⁻ˣ)",
        need="swish, or the gate of SwiGLU",
        why="x times the logistic function, smooth and not monotonic",
        background="""\
Proposed with the GELU [1]_ and found again as swish [2]_; half of SwiGLU.""",
        value="y = x / (1 + exp(-x))",
        brief_derivative="σ(x)·(1 + x·σ(−x))",
        gradient="dx = dy * (1 + x / (1 + exp(x))) / (1 + exp(-x))",
        derivative="The derivative is negative below -1.2785, and 1/2 at 0.",
        special_values="""\
- -inf gives -0.0, the limit; -0.0 stays -0.0; +inf gives inf.
- A NaN keeps its bits: sign, payload, and signalling ones too.""",
        pytorch="`torch.nn.functional.silu`, `torch.nn.SiLU`",
        tensorflow="""\
`tf.nn.silu`, `tf.nn.swish`, ``beta=1.0``;
  `keras.ops.silu`""",
        jax="`jax.nn.silu`, `jax.nn.swish`",
        onnx="Sigmoid, then Mul with x; Swish, ``alpha=1.0``",
        differences="""\
The frameworks return NaN for -inf. In float32 they return -0.0 early: below
-88.7 in PyTorch, -87.3 in TensorFlow and JAX, -18 in ONNX Runtime. The
derivative is NaN at both infinities.""",
        references="""\
.. [1] D. Hendrycks and K. Gimpel, *Gaussian Error Linear Units (GELUs)*,
   arXiv:1606.08415, 2016.
.. [2] P. Ramachandran, B. Zoph and Q. V. Le, *Searching for Activation
   Functions*, arXiv:1710.05941, 2017.""",
        see_also="hard_swish, gelu, mish",
        example="""\
>>> silu([-np.inf, -0.0, 1.0])
array([-0.        , -0.        ,  0.73105858])""",
        backward_example="""\
>>> silu_backward(3.0, [-np.inf, 0.0, np.inf])
array([-0. ,  1.5,  3. ])""",
    ),
    "swish": Words(
        summary="Swish with a parameter: x times the logistic function of beta * x.",
        brief="x/(1 + e⁻ᵝˣ), with beta for β",
        need="`silu` with a slope of its own, or the quick GELU",
        why="beta says how sharp the corner is: 1 makes it `silu`, 1.702 the quick GELU",
        background="""\
Found by a search over activations, with a `beta` that may be learned [1]_. With
1.702 it is the approximation of GELU [2]_ that CLIP and other transformers were
trained with, the quick GELU. As `beta` goes to infinity it becomes relu.""",
        value="y = x / (1 + exp(-beta * x))",
        brief_derivative="σ(βx)·(1 + βx·σ(−βx))",
        gradient="dx = dy * (1 + z / (1 + exp(z))) / (1 + exp(-z)), z = beta * x",
        derivative="""\
The derivative is 1/2 at 0, and the same function of beta * x as that of `silu`.
The one with respect to `beta` is x**2 / ((1 + exp(z)) * (1 + exp(-z))).""",
        parameters="""\
beta : array_like
    The factor of x in the logistic function: a number, or an array. 1 in
    `tf.nn.silu` and ONNX by default. 1 and 1.702, the number of the dtype
    nearest to it, are the values for which results are proven to be correctly
    rounded.""",
        special_values="""\
- Where beta * x is -inf the result is a zero of the sign of x, where it is inf
  the result is x. 0 times infinity counts as 0: beta = 0 gives x/2, inf for
  inf, and x = 0 stays what it is with any beta.
- A beta below 0 makes it -swish(-x, -beta).
- A NaN x keeps its bits; for any other x a NaN beta is the result.""",
        pytorch="``x * torch.sigmoid(beta * x)``",
        tensorflow="`tf.nn.silu`, `tf.nn.swish`, ``beta=1.0``",
        jax="``x * jax.nn.sigmoid(beta * x)``",
        onnx="Swish, ``alpha=1.0``; Mul, Sigmoid, Mul",
        differences="""\
The frameworks return NaN for -inf, and for infinity with a beta of 0. They round
beta * x, of which the exponential makes many units of the last place far below
0, and return -0.0 early there, as for `silu`.""",
        references="""\
.. [1] P. Ramachandran, B. Zoph and Q. V. Le, *Searching for Activation
   Functions*, arXiv:1710.05941, 2017.
.. [2] D. Hendrycks and K. Gimpel, *Gaussian Error Linear Units (GELUs)*,
   arXiv:1606.08415, 2016.""",
        see_also="silu, gelu, hard_swish",
        example="""\
>>> swish([-np.inf, -1.0, 1.0], 1.702)
array([-0.        , -0.15420423,  0.84579577])""",
        backward_example="""\
>>> swish_backward(3.0, [-np.inf, 0.0, np.inf], 1.702)
array([-0. ,  1.5,  3. ])

The gradient with respect to one beta, summed in a wide dtype:

>>> x, dy, beta = np.array([-1.0, 2.0]), np.array([10.0, 20.0]), 1.702
>>> sigmoid = 1 / (1 + np.exp(-beta * x))
>>> dbeta = dy * x * x * sigmoid * (1 - sigmoid)
>>> np.sum(dbeta, dtype=np.float64, keepdims=True)
array([3.7951117])""",
    ),
    "mish": Words(
        summary="Mish: x times the hyperbolic tangent of its softplus.",
        brief="x·tanh(log(1 + eˣ))",
        need="the activation of YOLOv4",
        why="x times the hyperbolic tangent of its `softplus`",
        background="Smooth and not monotonic, used in object detectors [1]_.",
        value="y = x * tanh(log(1 + exp(x)))",
        brief_derivative="its derivative",
        gradient="dx = dy * (t + x * (1 - t**2) / (1 + exp(-x))), t = tanh(log(1 + exp(x)))",
        derivative="The derivative is negative below -1.1924, and 3/5 at 0.",
        special_values="""\
- -inf gives -0.0, the limit; -0.0 stays -0.0; +inf gives inf.
- A NaN keeps its bits: sign, payload, and signalling ones too.""",
        pytorch="`torch.nn.functional.mish`, `torch.nn.Mish`",
        tensorflow="`keras.activations.mish`",
        jax="`jax.nn.mish`",
        onnx="Mish",
        differences="""\
The frameworks return NaN for -inf. In float32 Keras and JAX return -0.0 below
-87.3. The derivative is NaN at both infinities.""",
        references="""\
.. [1] D. Misra, *Mish: A Self Regularized Non-Monotonic Activation
   Function*, BMVC 2020.""",
        see_also="silu, softplus",
        example="""\
>>> mish([-np.inf, -0.0, 1.0])
array([-0.        , -0.        ,  0.86509839])""",
        backward_example="""\
>>> mish_backward(5.0, [-np.inf, 0.0, np.inf])
array([-0.,  3.,  5.])""",
    ),
    "squareplus": Words(
        summary="Squareplus: the smooth rectifier (x + sqrt(x**2 + b)) / 2.",
        brief="(x + √(x² + b))/2",
        need="a `softplus` without an exponential",
        why="one square root; b says how round the corner is",
        background="A softplus of algebra alone [1]_: a hyperbola.",
        value="y = (x + sqrt(x**2 + b)) / 2",
        brief_derivative="(1 + x/√(x² + b))/2",
        gradient="dx = dy * (1 + x / sqrt(x**2 + b)) / 2",
        derivative="""\
The derivative at 0 is 1/2, but for b = 0, where it is NaN; an infinite b
gives NaN, too.""",
        parameters="""\
b : array_like
    How round the corner is: a number, or an array; 0 makes it relu. 4 in
    JAX by default, and the value for which results are proven to be
    correctly rounded.""",
        special_values="""\
- -inf gives +0.0, +inf gives inf. Below 0 nothing is cancelled: the value
  is b / 2 / (sqrt(x**2 + b) - x) there.
- A square root of a negative number is NaN.
- A NaN x keeps its bits; for any other x a NaN b is the result.""",
        pytorch="``(x + torch.sqrt(x * x + b)) / 2``",
        tensorflow="`keras.ops.squareplus`, ``b=4``",
        jax="`jax.nn.squareplus`, ``b=4``",
        onnx="Mul, Add, Sqrt, Add, Div",
        differences="""\
Keras and JAX compute x + sqrt(x**2 + b), of which nothing is left far below 0;
where x**2 overflows they return infinity, and for -inf NaN.""",
        references="""\
.. [1] J. T. Barron, *Squareplus: A Softplus-Like Algebraic Rectifier*,
   arXiv:2112.11687, 2021.""",
        see_also="softplus, relu",
        example="""\
>>> squareplus([-1.5, 0.0, 1.5], 4)
array([0.5, 1. , 2. ])""",
        backward_example="""\
>>> squareplus_backward(10.0, [-1.5, 0.0, 1.5], 4)
array([2., 5., 8.])""",
    ),
    "hard_swish": Words(
        summary="Hard swish: x times a piecewise linear sigmoid.",
        brief="x·min(max(x + 3, 0), 6)/6",
        need="the activation of MobileNetV3",
        why="a parabola between two straight lines, in the place of `silu`",
        background="A silu without an exponential, from MobileNetV3 [1]_.",
        value="y = x where x >= 3, else x * (x + 3) / 6 where x > -3, else -0.0",
        brief_derivative="1 where x ≥ 3, else (2x + 3)/6 where x > −3, else 0",
        gradient="dx = dy where x >= 3, else dy * (2 * x + 3) / 6 where x > -3, else +0",
        derivative="""\
The derivative is 0 at -3 and 1 at 3. Where it is 0 the gradient is +0,
selected: an infinite or NaN `dy` does not show there.""",
        special_values="""\
- x <= -3, -inf too, gives -0.0, the limit from above; -0.0 stays -0.0.
- A NaN keeps its bits: sign, payload, and signalling ones too.""",
        pytorch="`torch.nn.functional.hardswish`, `torch.nn.Hardswish`",
        tensorflow="`keras.ops.hard_silu`, `keras.ops.hard_swish`",
        jax="`jax.nn.hard_silu`, `jax.nn.hard_swish`",
        onnx="HardSwish",
        differences="""\
The frameworks return NaN for -inf, since they multiply by 0. PyTorch returns
infinity above a sixth of the largest number, for float32 above 5.67e37.""",
        references="""\
.. [1] A. Howard et al., *Searching for MobileNetV3*, ICCV 2019.""",
        see_also="silu, relu6",
        example="""\
>>> hard_swish([-4.0, -1.5, 0.0, 5.0])
array([-0.   , -0.375,  0.   ,  5.   ])""",
        backward_example="""\
>>> hard_swish_backward(6.0, [-3.0, -1.5, 0.0, 3.0])
array([0., 0., 3., 6.])""",
    ),
    "hard_sigmoid": Words(
        summary="Hard sigmoid: the logistic function as three straight lines.",
        brief="min(max(x/6 + 1/2, 0), 1)",
        need="a gate between 0 and 1 without an exponential",
        why="the gate of MobileNetV3's attention, and what `hard_swish` multiplies x by",
        background="""\
A sigmoid that costs an addition and a product [1]_, here with the slope 1/6 of
MobileNetV3 [2]_.""",
        value="y = min(max(x/6 + 1/2, 0), 1)",
        brief_derivative="1/6 where −3 < x < 3, else 0",
        gradient="dx = dy / 6 where -3 < x < 3, else +0",
        derivative="""\
The derivative is 0 at -3 and at 3, as in PyTorch. Where it is 0 the gradient is
+0, selected: an infinite or NaN `dy` does not show there.""",
        special_values="""\
- x <= -3, -inf too, gives +0.0, and x >= 3, inf too, gives 1.
- A NaN keeps its bits: sign, payload, and signalling ones too.""",
        pytorch="`torch.nn.functional.hardsigmoid`, `torch.nn.Hardsigmoid`",
        tensorflow="`keras.ops.hard_sigmoid`",
        jax="`jax.nn.hard_sigmoid`",
        onnx="HardSigmoid, ``alpha=1/6``; by default 0.2, another function",
        differences="""\
The slope is 1/6 in PyTorch, JAX and Keras 3, but 0.2 by default in ONNX and in
Keras before 3. The frameworks' derivative at NaN is 0, and PyTorch's of float64
has 1/6 as a float32.""",
        references="""\
.. [1] M. Courbariaux, Y. Bengio and J.-P. David, *BinaryConnect: Training Deep
   Neural Networks with binary weights during propagations*, NeurIPS 2015.
.. [2] A. Howard et al., *Searching for MobileNetV3*, ICCV 2019.""",
        see_also="hard_swish, relu6",
        example="""\
>>> hard_sigmoid([-4.0, -1.5, 0.0, 5.0])
array([0.  , 0.25, 0.5 , 1.  ])""",
        backward_example="""\
>>> hard_sigmoid_backward(6.0, [-3.0, -1.5, 0.0, 3.0])
array([0., 1., 1., 0.])""",
    ),
    "swiglu": Words(
        summary="SiLU gate: silu(x), times y.",
        brief="x·y/(1 + e⁻ˣ)",
        need="the gate of Llama and its like",
        why="silu and the product in one pass, and both gradients "
        "([measured](gallery.md#feed-forward-blocks))",
        background="""\
The gated unit of the feed-forward layers of most current language models
[1]_. x and y are two linear maps of one input, often the halves of one array:
``swiglu(*np.split(h, 2, axis=-1))``.""",
        value="z = x / (1 + exp(-x)) * y",
        brief_derivative="y·silu′(x); for y: silu(x)",
        gradient="""\
dx = dz * y * (1 + x / (1 + exp(x))) / (1 + exp(-x))
dy = dz * x / (1 + exp(-x))""",
        derivative="dx is that of `silu_backward` for a `dy` of dz * y, which is not rounded.",
        parameters=LINEAR_HALF,
        special_values=SMOOTH_GATE_VALUES,
        pytorch="``torch.nn.functional.silu(x) * y``",
        tensorflow="``tf.nn.silu(x) * y``",
        jax="``jax.nn.silu(x) * y``",
        onnx="Sigmoid, then Mul with x and y",
        differences=COMPOSED,
        references=SHAZEER,
        see_also="silu, geglu, reglu",
        example="""\
>>> swiglu([-1.0, 0.0, 2.0], [3.0, np.inf, 0.5])
array([-0.80682426,  0.        ,  0.88079708])

The halves of one array:

>>> h = np.array([[1.0, 2.0, 10.0, 20.0]])
>>> swiglu(*np.split(h, 2, axis=-1))
array([[ 7.31058579, 35.23188312]])""",
        backward_example="""\
>>> dx, dy = swiglu_backward(1.0, [0.0, 2.0], [3.0, 0.5])
>>> dx, dy
(array([1.5       , 0.54539212]), array([0.        , 1.76159416]))""",
    ),
    "geglu": Words(
        summary="GELU gate: gelu(x), times y.",
        brief="x·Φ(x)·y",
        need="the gate of T5 1.1 and Gemma",
        why="gelu and the product in one pass, and both gradients "
        "([measured](gallery.md#feed-forward-blocks))",
        background="""\
The gated linear unit of a feed-forward layer, with `gelu` for the logistic
function [1]_. x and y are two linear maps of one input.""",
        value="z = x * Phi(x) * y, Phi the normal distribution function",
        brief_derivative="y·gelu′(x); for y: gelu(x)",
        gradient="""\
dx = dz * y * (Phi(x) + x * exp(-x**2 / 2) / sqrt(2 * pi))
dy = dz * x * Phi(x)""",
        derivative="dx is that of `gelu_backward` for a `dy` of dz * y, which is not rounded.",
        parameters=LINEAR_HALF,
        special_values=SMOOTH_GATE_VALUES,
        pytorch="``torch.nn.functional.gelu(x) * y``",
        tensorflow="``tf.nn.gelu(x) * y``",
        jax="``jax.nn.gelu(x, approximate=False) * y``",
        onnx="Gelu, then Mul",
        differences=COMPOSED,
        references=SHAZEER,
        see_also="gelu, geglu_tanh, swiglu",
        example="""\
>>> geglu([-1.0, 0.0, 2.0], [3.0, np.inf, 0.5])
array([-0.47596576,  0.        ,  0.97724987])""",
        backward_example="""\
>>> dx, dy = geglu_backward(1.0, [0.0, 2.0], [3.0, 0.5])
>>> dx, dy
(array([1.5      , 0.5426159]), array([0.        , 1.95449974]))""",
    ),
    "geglu_tanh": Words(
        summary="GELU gate in the tanh form: gelu_tanh(x), times y.",
        brief="gelu_tanh(x)·y",
        need="the same in the tanh form",
        why="for weights trained with that form, as Gemma's are",
        background="""\
`geglu` [1]_ with the tanh form of the GELU. x and y are two linear maps of one
input.""",
        value="z = x / (1 + exp(-u)) * y, u = sqrt(8 / pi) * (x + 0.044715 * x**3)",
        brief_derivative="y·gelu_tanh′(x); for y: gelu_tanh(x)",
        gradient="""\
dx = dz * y * (1 + x * u' / (1 + exp(u))) / (1 + exp(-u)),
u' = sqrt(8 / pi) * (1 + 0.134145 * x**2)
dy = dz * x / (1 + exp(-u))""",
        derivative="dx is that of `gelu_tanh_backward` for a `dy` of dz * y, not rounded.",
        parameters=LINEAR_HALF,
        special_values=SMOOTH_GATE_VALUES,
        pytorch="``torch.nn.functional.gelu(x, approximate='tanh') * y``",
        tensorflow="``tf.nn.gelu(x, approximate=True) * y``",
        jax="``jax.nn.gelu(x) * y``",
        onnx="Gelu, ``approximate='tanh'``, then Mul",
        differences=COMPOSED,
        references=SHAZEER,
        see_also="gelu_tanh, geglu, swiglu",
        example="""\
>>> geglu_tanh([-1.0, 0.0, 2.0], [3.0, np.inf, 0.5])
array([-0.47642403,  0.        ,  0.97729885])""",
        backward_example="""\
>>> dx, dy = geglu_tanh_backward(1.0, [0.0, 2.0], [3.0, 0.5])
>>> dx, dy
(array([1.5       , 0.54304963]), array([0.        , 1.95459769]))""",
    ),
}
