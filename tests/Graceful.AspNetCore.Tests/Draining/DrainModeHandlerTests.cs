using System.Net.WebSockets;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>How the handler of a marked endpoint may end, and what is left behind for whoever called it.</summary>
public sealed class DrainModeHandlerTests : IDisposable
{
    private readonly FakeTraffic _traffic = new();
    private readonly CancellationTokenSource _aborted = new();
    private readonly TrailersFeature _trailers = new();
    private readonly DefaultHttpContext _context = new();

    public DrainModeHandlerTests()
    {
        _context.RequestServices = new ServiceCollection().AddSingleton(_traffic.Source).AddSingleton(TimeProvider.System).BuildServiceProvider();
        _context.RequestAborted = _aborted.Token;
        _context.Features.Set<IHttpResponseTrailersFeature>(_trailers);
        _context.Features.Set<IHttpResetFeature>(new NoReset());
    }

    public void Dispose()
    {
        _traffic.Dispose();
        _aborted.Dispose();
    }

    [Fact]
    public async Task ToldToEnd_ACancellationIsAnOrdinaryEnd()
    {
        await RunAsync(() => throw new OperationCanceledException());

        Assert.Equal((503, "1"), (_context.Response.StatusCode, _context.Response.Headers.RetryAfter.ToString()));
    }

    [Fact]
    public async Task ToldToEnd_AnyOtherFaultIsOne()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(() => throw new InvalidOperationException()));
        await Assert.ThrowsAsync<WebSocketException>(() => RunAsync(() => throw new WebSocketException("not in a WebSocket that was closed")));
    }

    [Fact]
    public async Task TheClientLeft_ItsCancellationIsTheServersToHandle() => await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync(() =>
    {
        _aborted.Cancel();
        throw new OperationCanceledException();
    }));

    [Fact]
    public async Task Ended_EverythingIsAsItWas()
    {
        var before = Parts();
        (CancellationToken, object?, object?) meanwhile = default;
        await RunAsync(() => meanwhile = Parts());

        Assert.Equal(before, Parts());
        Assert.NotEqual(before.Aborted, meanwhile.Item1);
        Assert.NotSame(before.Body, meanwhile.Item2);
        Assert.NotSame(before.Reset, meanwhile.Item3);

        (CancellationToken Aborted, object? Body, object? Reset) Parts() =>
            (_context.RequestAborted, _context.Features.Get<IHttpResponseBodyFeature>(), _context.Features.Get<IHttpResetFeature>());
    }

    [Fact]
    public async Task CloseAfter_LeavesTokenAndBodyAlone()
    {
        var body = _context.Features.Get<IHttpResponseBodyFeature>();
        await RunAsync(
            () => Assert.Equal((_aborted.Token, true), (_context.RequestAborted, ReferenceEquals(body, _context.Features.Get<IHttpResponseBodyFeature>()))), DrainMode.CloseAfter);
    }

    [Theory]
    [InlineData("application/grpc", "1", "14")]
    [InlineData("application/grpc+proto", "2", "14")]
    [InlineData("application/grpc", "0", "0")]
    [InlineData("application/grpc", "5", "5")]
    [InlineData("text/plain", "1", "1")]
    public async Task Grpc_WhatWasCancelledByTheDrain_IsUnavailable(string contentType, string status, string becomes)
    {
        _context.Request.ContentType = contentType;
        await RunAsync(() => _trailers.Trailers["grpc-status"] = status);

        Assert.Equal(becomes, _trailers.Trailers["grpc-status"].ToString());
    }

    /// <summary>An answer without a body has its status in the head.</summary>
    [Fact]
    public async Task Grpc_StatusInTheHead_IsFoundThere()
    {
        _context.Request.ContentType = "application/grpc";
        await RunAsync(() => _context.Response.Headers["grpc-status"] = "1");

        Assert.Equal("14", _context.Response.Headers["grpc-status"].ToString());
    }

    [Fact]
    public async Task Grpc_CancelledWithoutADrain_StaysWhatItIs()
    {
        _context.Request.ContentType = "application/grpc";
        await DrainModeHandler.Wrap(
            _ =>
            {
                _trailers.Trailers["grpc-status"] = "1";
                return Task.CompletedTask;
            },
            DrainMode.Cancel)(_context);

        Assert.Equal("1", _trailers.Trailers["grpc-status"].ToString());
    }

    /// <summary>The drain comes while the handler runs.</summary>
    private Task RunAsync(Action inADrain, DrainMode mode = DrainMode.Cancel) => DrainModeHandler.Wrap(
        async _ =>
        {
            _traffic.Source.BeginDrain();
            await Eventually.True(() => _traffic.Source.DrainToken.IsCancellationRequested, "the drain");
            inADrain();
        },
        mode)(_context);

    private sealed class TrailersFeature : IHttpResponseTrailersFeature
    {
        public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();
    }

    private sealed class NoReset : IHttpResetFeature
    {
        public void Reset(int errorCode) => throw new NotSupportedException();
    }
}
