using CsCheck;

namespace Graceful.Tests;

public class MemberInfoTests
{
    private static readonly DateTimeOffset Started = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Written_IsThisText() => Assert.Equal(
        """{"v":"1.4","h":"pod-7","p":"Ready","s":"2030-01-02T03:04:05+00:00","a":["http://10.0.0.1"]}""",
        MemberInfo.Write("1.4", "pod-7", InstancePhase.Ready, Started, ["http://10.0.0.1"]));

    [Fact]
    public void WrittenWithARing_IsThisText_AndRead()
    {
        const string Text = """{"v":"1.4","h":"pod-7","p":"Ready","s":"2030-01-02T03:04:05+00:00","a":[],"k":"0123456789abcdef"}""";
        Assert.Equal(Text, MemberInfo.Write("1.4", "pod-7", InstancePhase.Ready, Started, [], "0123456789abcdef"));
        Assert.Equal("0123456789abcdef", Read(Text).KeyRing);
    }

    [Fact]
    public void AnyInfo_IsReadAsItWasWritten() => Gen.Select(Gen.String, Gen.String, Gen.Enum<InstancePhase>(), Gen.String.Array).Sample((version, host, phase, addresses) =>
    {
        // A lone half of a character is not text.
        if (new[] { version, host }.Concat(addresses).Any(t => t.Any(char.IsSurrogate)))
        {
            return;
        }

        var read = Read(MemberInfo.Write(version, host, phase, Started, addresses));
        Assert.Equal((version, host, phase, Started), (read.Version, read.Host, read.Phase, read.StartedAt));
        Assert.Equal(addresses, read.Addresses);
    }, threads: 1);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"v":1,"h":[],"p":"Sleeping","s":"soon","a":{},"k":7}""")]
    public void Unknown_IsAMemberAllTheSame(string? info)
    {
        var read = Read(info);

        Assert.Equal(("id", "", "", InstancePhase.Starting, null, null), (read.Id, read.Version, read.Host, read.Phase, read.StartedAt, read.KeyRing));
        Assert.Equal(new LevelRange(1, 2), read.Contracts["session"]);
    }

    [Fact]
    public void Newer_IsReadAsFarAsItIsKnown() => Assert.Equal("2", Read("""{"v":"2","zone":"a"}""").Version);

    private static FleetMember Read(string? info) => MemberInfo.Read(new FleetRecord("id", "session 1 2 2 - 0", 0, Started, true, info));
}
