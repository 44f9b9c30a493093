using CsCheck;

namespace Graceful.Tests;

public class ContractProfileTests
{
    private static readonly Gen<string> Names = Gen.Char["abcxyz0189._-"].Array[1, 64].Select(c => new string(c));

    private static readonly Gen<ContractDeclaration> Declarations = Gen.Select(
        Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], Gen.Int[-1, int.MaxValue], Gen.Bool, Gen.Long[0, 3_000_000_000_000], Gen.Bool,
        (a, b, upTo, manual, retention, kept) => new ContractDeclaration(
            new LevelRange(Math.Min(a, b), Math.Max(a, b)), upTo < 0 ? null : upTo, manual, TimeSpan.FromMilliseconds(retention), kept));

    [Fact]
    public void Format_ThenParse_SaysTheSame() => Gen.Dictionary(Names, Declarations)[0, 8].Sample(declared =>
    {
        var read = ContractProfile.Parse(ContractProfile.Format(declared));

        Assert.Equal(declared.Keys.Order(StringComparer.Ordinal), read.Keys);
        Assert.All(declared, d => Assert.Equal(
            (d.Value.Supports, d.Value.Ceiling, d.Value.Manual, d.Value.Retention, d.Value.RetainManually),
            (read[d.Key].Supports, read[d.Key].Ceiling, read[d.Key].Manual, read[d.Key].Retention, read[d.Key].RetainManually)));
        Assert.Equal(ContractProfile.Format(declared), ContractProfile.Format(read));
    });

    [Fact]
    public void Parse_AnyText_ReadsItOrRefusesIt() =>
        Gen.String[Gen.Char["abm-k; 0129.\t\u0663é"], 0, 60].Sample(text =>
        {
            if (ContractProfile.TryParse(text, out var declared))
            {
                Assert.All(declared, d => Assert.InRange(d.Value.Supports.Min, 0, d.Value.Supports.Max));
                Assert.All(declared.Keys, n => Assert.True(ContractProfile.IsName(n)));
            }
            else
            {
                Assert.Throws<FormatException>(() => ContractProfile.Parse(text));
            }
        });

    [Theory]
    [InlineData("session 2 1 1 - 0")]
    [InlineData("session -1 1 1 - 0")]
    [InlineData("session +1 1 1 - 0")]
    [InlineData("session 1.0 2 2 - 0")]
    [InlineData("session 1 2147483648 2 - 0")]
    [InlineData("session ٣ 4 4 - 0")]
    [InlineData("session 1 2 2 x 0")]
    [InlineData("session 1 2 2 km 0")]
    [InlineData("session 1 2 2  0")]
    [InlineData("session 1 2 2 - -1")]
    [InlineData("session 1 2 2 - 9223372036854775807")]
    [InlineData("session 1 2 2 - 0 0")]
    [InlineData("session 1 2 2 -")]
    [InlineData(" session 1 2 2 - 0")]
    [InlineData("Session 1 2 2 - 0")]
    [InlineData("session 1 2 2 - 0;")]
    [InlineData(";session 1 2 2 - 0")]
    [InlineData("session 1 2 2 - 0;session 1 2 2 - 0")]
    [InlineData(" ")]
    public void Parse_WhatIsNone_IsRefused(string text) => Assert.Throws<FormatException>(() => ContractProfile.Parse(text));

    [Fact]
    public void Format_IsTheDocumentedLine() => Assert.Equal(
        "orders 3 4 3 mk 172800000;session 1 2 2 - 2",
        ContractProfile.Format(new Dictionary<string, ContractDeclaration>
        {
            ["session"] = new(new LevelRange(1, 2), Retention: TimeSpan.FromMilliseconds(1.2)),
            ["orders"] = new(new LevelRange(3, 4), 3, Manual: true, Retention: TimeSpan.FromDays(2), RetainManually: true),
        }));

    [Fact]
    public void Format_Nothing_IsEmpty()
    {
        Assert.Equal("", ContractProfile.Format([]));
        Assert.Empty(ContractProfile.Parse(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a;b")]
    [InlineData("É")]
    public void Format_WithWhatIsNoName_Throws(string name) =>
        Assert.Throws<ArgumentException>(() => ContractProfile.Format([KeyValuePair.Create(name, new ContractDeclaration(new LevelRange(1, 1)))]));

    [Fact]
    public void Format_OutOfRange_Throws()
    {
        var one = new ContractDeclaration(new LevelRange(1, 1));

        Assert.Throws<ArgumentOutOfRangeException>(() => ContractProfile.Format([KeyValuePair.Create("a", one with { Retention = TimeSpan.FromSeconds(-1) })]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ContractProfile.Format([KeyValuePair.Create("a", one with { Retention = TimeSpan.MaxValue })]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ContractProfile.Format([KeyValuePair.Create("a", one with { ActivateUpTo = -1 })]));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(2, 1)]
    public void Range_Invalid_Throws(int min, int max) => Assert.Throws<ArgumentOutOfRangeException>(() => new LevelRange(min, max));
}
