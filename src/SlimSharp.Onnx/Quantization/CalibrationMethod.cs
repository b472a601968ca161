namespace SlimSharp.Onnx;

/// <summary>How the range of a value is chosen from what calibration images show.</summary>
public enum CalibrationMethod
{
    /// <summary>From the smallest to the largest value seen.</summary>
    MinMax,

    /// <summary>Without the rarest values at either end.</summary>
    Percentile,

    /// <summary>The range of least mean squared error after rounding and clipping.</summary>
    MeanSquaredError,
}
