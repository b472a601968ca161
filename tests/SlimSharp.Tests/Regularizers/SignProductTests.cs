using CsCheck;
using SlimSharp.Regularizers;
using TorchSharp;

namespace SlimSharp.Tests.Regularizers;

/// <summary>Products with signs against those of the framework in float64.</summary>
public class SignProductTests
{
    [Fact]
    public void Sums_of_fours_are_the_product_at_any_size() =>
        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 300], Gen.Int[0, 1000])
            .Sample(
                (rows, columns, seed) =>
                {
                    using var scope = torch.NewDisposeScope();
                    torch.manual_seed(seed);
                    var numbers = torch.randn(rows, rows);
                    var (matrix, target) = (torch.randn(rows, columns), torch.randn(rows, columns));
                    var expected =
                        target.to(torch.float64)
                        + 0.3 * numbers.sign().to(torch.float64).matmul(matrix.to(torch.float64));
                    Assert.True(SignProduct.TryAdd(numbers, matrix, target, 0.3));
                    Assert.InRange((target.to(torch.float64) - expected).abs().max().item<double>(), 0, 1e-4);
                },
                iter: 60,
                threads: 1
            );

    [Fact]
    public void What_has_no_sign_is_left_to_others()
    {
        using var scope = torch.NewDisposeScope();
        foreach (var none in (float[])[0, -0f, float.NaN])
        {
            var numbers = torch.ones(70, 70);
            numbers[3, 69] = none;
            var target = torch.zeros(70, 5);
            Assert.False(SignProduct.TryAdd(numbers, torch.ones(70, 5), target, 1));
            Assert.Equal(0, target.abs().max().item<float>());
        }
    }

    [Fact]
    public void Only_rows_without_gaps_of_float32_are_taken()
    {
        using var scope = torch.NewDisposeScope();
        var (signs, matrix) = (torch.ones(64, 64), torch.ones(64, 8));
        Assert.True(SignProduct.Fits(signs, matrix, matrix));
        Assert.False(SignProduct.Fits(torch.ones(8, 8), torch.ones(8, 8), torch.ones(8, 8))); // too few rows
        Assert.False(SignProduct.Fits(signs, torch.ones(8, 64).t(), matrix));
        Assert.False(SignProduct.Fits(signs, matrix, matrix.to(torch.float64)));
    }
}
